//! Honest clients that go about it in another way.

use super::{Defect, Page};

/// All of them: no defects, and of no class.
pub fn variations() -> &'static [Defect] {
    VARIATIONS
}

const fn clean(id: &'static str, what: &'static str) -> Defect {
    Defect { id, class: "", what, page: Page::Instance }
}

static VARIATIONS: &[Defect] = &[
    clean("clean-v1", "signs with V1"),
    clean("clean-query", "sends everything in the query"),
    clean("clean-plus", "sends a blank as `+`"),
    clean("clean-chunked", "sends its body in chunks"),
    clean("clean-order", "sends parameters and headers in another order"),
    clean("clean-headers", "sends other headers"),
    clean("clean-connection", "makes a connection for each call"),
    Defect { page: Page::Parcels, ..clean("clean-flat", "flattens what is empty inside, too, so that it is not sent") },
    clean("clean-astray", "sends again what was not for the server"),
    clean("clean-header-id", "shows the request id of the header where the body has none"),
    clean("clean-reversed", "answers parallel calls out of order"),
    clean("clean-slow", "takes its time"),
    clean("clean-no-null", "cannot tell null from absent, and says so"),
    clean("clean-narrow", "can nothing, takes one call at a time, and does not offer `BizType`"),
    clean("clean-few", "offers no operation but `CreateImageByInstance`, and says so at once"),
    clean("clean-fewer", "offers no operation but `CreateImageByInstance`, and says so when it is called"),
];
