//! The defects that the reference client can be given.

/// One thing that the client does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defect {
    /// The class and a word.
    pub id: &'static str,
    /// The class of client defect.
    pub class: &'static str,
    /// What it does.
    pub what: &'static str,
    /// The page that can show it.
    pub page: Page,
}

/// A page of ours that a defect shows on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The built-in one, of `CreateImageByInstance`.
    Instance,
    /// `everything.txt`: lists, maps, times, fractions and pages, in RPC style.
    Parcels,
    /// `everything.openapi.json`: paths, headers and JSON bodies, in REST style.
    Depots,
}

/// All of them, by class. Where one names parameters, they are those of `CreateImageByInstance`.
pub fn defects() -> &'static [Defect] {
    DEFECTS
}

/// Honest clients that go about it in another way: no defects, and of no class.
pub fn variations() -> &'static [Defect] {
    VARIATIONS
}

/// The defect, or the variation, of that id.
pub fn find(id: &str) -> Option<Defect> {
    DEFECTS.iter().chain(VARIATIONS).copied().find(|defect| defect.id == id)
}

const fn of(id: &'static str, what: &'static str) -> Defect {
    Defect { id, class: id.split_at(3).0, what, page: Page::Instance }
}

/// One that the built-in page cannot show.
const fn on(page: Page, id: &'static str, what: &'static str) -> Defect {
    Defect { page, ..of(id, what) }
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
    clean("clean-reversed", "answers parallel calls out of order"),
    clean("clean-slow", "takes its time"),
    clean("clean-no-null", "cannot tell null from absent, and says so"),
    clean("clean-narrow", "can nothing, takes one call at a time, and does not offer `BizType`"),
];

static DEFECTS: &[Defect] = &[
    of("R01", "`BizType` is never sent"),
    of("R01-long", "text of more than 255 characters is not sent"),
    of("R01-cut", "text is cut after 255 characters"),
    of("R01-zero", "the integer 0 is not sent"),
    of("R01-false", "false is not sent"),
    of("R01-two", "`DiskType` is not sent with `AutoCleanUserdata` and `InstanceType` CloudDesktop"),
    of("R01-three", "`SubInstanceId` is not sent with WuyingServer, ALL and `AutoCleanUserdata` false"),
    of("R01-values", "`BizType` 0 is not sent beside an empty `ImageName` and `DiskType` ALL"),
    of("R01-many", "the last of nine and more parameters is not sent"),
    of("R01-seventh", "the seventh call of an object sends no `Description`"),
    of("R01-parallel", "`Description` is not sent while another call is open"),
    of("R01-retry", "a parameter is not sent with the second attempt"),
    of("R01-word", "the text `constructor` is not sent"),
    of("R01-code", "in the call after Image.NotExist `ImageName` is lost"),
    of("R01-hung", "in the call after a timeout `Description` is lost"),
    on(Page::Depots, "R01-nested", "`km` is lost from the items of a list in an object"),
    of("R02", "`InstanceId` is sent as `InstanceID`"),
    of("R02-snake", "`SubInstanceId` is sent as `sub_instance_id`"),
    of("R02-camel", "`ProductType` is sent as `productType`"),
    of("R02-swap", "`ImageName` and `Description` change places when both are given"),
    on(Page::Depots, "R02-nested", "`origin` of an object is sent as `Origin`"),
    of("R03", "an undocumented `SdkVersion` is sent"),
    of("R03-token", "an undocumented `ClientToken` is sent beside `ImageName`"),
    of("R03-three", "an undocumented `Debug` is sent with WuyingServer, ALL and `AutoCleanUserdata`"),
    of("R04", "a space is sent as it is"),
    of("R04-twice", "a space is encoded twice"),
    of("R04-trim", "blanks around a text are not sent"),
    of("R05-plus", "`+` is not encoded, and arrives as a space"),
    of("R05-and", "`&` is not encoded, and ends the value"),
    of("R05-percent", "`%` is not encoded"),
    of("R05-tilde", "`~` is encoded twice"),
    of("R05-slash", "`/` is encoded twice"),
    of("R05-star", "`*` is not sent"),
    of("R05-hash", "a text ends before `#`"),
    of("R05-address", "double slashes become one"),
    of("R05-file", "a text that begins with `@` is taken for a file"),
    of("R05-groups", "`$&` and `$$` are taken for a replacement"),
    of("R05-json", "a text that is JSON is written anew"),
    of("R05-entities", "`<` and `>` are sent as HTML entities"),
    of("R06", "what is not Latin-1 is sent as `?`"),
    of("R06-bytes", "text is sent as Latin-1 bytes"),
    of("R06-astral", "a character beyond the BMP is sent as U+FFFD"),
    of("R06-joiner", "joiners and direction marks are not sent"),
    of("R06-space", "a no-break space becomes a blank"),
    of("R06-raw", "text beyond ASCII is sent raw"),
    of("R07", "line feeds are not sent"),
    of("R07-crlf", "CR LF is sent as LF"),
    of("R07-nul", "a text ends before NUL"),
    of("R07-raw", "line ends and tabs are not encoded"),
    of("R07-header", "`Description` is repeated in a header, line ends and all"),
    of("R08", "true is sent as `True`, false as `False`"),
    of("R08-digit", "true is sent as `1`, false as `0`"),
    of("R08-empty", "false is sent as an empty text"),
    on(Page::Depots, "R08-quoted", "a truth value is a text in the body"),
    of("R09", "an integer is sent with `.0`"),
    of("R09-exponent", "a million and more is sent with an exponent"),
    of("R09-quoted", "an integer is sent in quotes"),
    of("R09-sign", "the sign of a negative integer is not sent"),
    on(Page::Depots, "R09-text", "an integer is a text in the body"),
    of("R09-groups", "the digits of an integer are sent in groups"),
    on(Page::Parcels, "R10", "-0 and what is no number is sent as 0"),
    on(Page::Parcels, "R10-null", "what is no number is not sent"),
    of("R11", "an integer wraps at 32 bits"),
    of("R11-double", "an integer is rounded to a double"),
    of("R12", "an empty text is not sent"),
    of("R12-two", "an empty `Description` is not sent beside an empty `ImageName`"),
    of("R13", "null is sent as `null`"),
    of("R13-none", "null is sent as `None`"),
    of("R13-empty", "null is sent as an empty text"),
    of("R13-zero", "null is sent as `0`"),
    on(Page::Parcels, "R14", "an empty list is sent as one empty item"),
    on(Page::Depots, "R14-body", "an empty list or object is not in the body"),
    on(Page::Parcels, "R15", "a list is counted from 0"),
    on(Page::Parcels, "R15-bare", "the items of a list are sent without their index"),
    on(Page::Parcels, "R15-last", "the last of several items is not sent"),
    on(Page::Parcels, "R15-brackets", "a list is sent with brackets"),
    on(Page::Depots, "R15-reverse", "lists are sent in reverse"),
    on(Page::Parcels, "R16", "a nested member is sent in brackets"),
    on(Page::Parcels, "R16-parent", "a nested member is sent without its parent's name"),
    on(Page::Depots, "R16-text", "an object in the body is sent as a text"),
    of("R17", "`InstanceType` WuyingServer is refused"),
    of("R17-map", "ALL is sent as SYSTEM"),
    of("R17-upper", "the value of `InstanceType` is sent in capitals"),
    of("R18", "a text of more than 64 characters is refused"),
    of("R18-needed", "a call without `ImageName` is refused"),
    of("R18-shape", "an `InstanceId` that does not begin with `ws-` is refused"),
    of("R18-negative", "a negative integer is refused"),
    of("R19", "`DiskType` SYSTEM is sent when it is left out"),
    of("R19-with", "`AutoCleanUserdata` true is sent beside CloudDesktop when it is left out"),
    of("R19-seventh", "`ProductType` is made up on the seventh call"),
    on(Page::Parcels, "R20", "`PageNumber` is made up where it is left out"),
    on(Page::Depots, "R20-path", "a path parameter left out leaves its place empty"),
    on(Page::Depots, "R20-word", "a path parameter left out is `undefined`"),
    on(Page::Parcels, "R20-transport", "a required parameter left out is shown as a broken connection"),
    of("R21", "PUT is used"),
    of("R21-body", "GET is used, with a body"),
    on(Page::Depots, "R21-rest", "PUT is used for POST"),
    of("R22", "the path is `/api/`"),
    on(Page::Depots, "R22-slash", "a slash in a path parameter is not encoded"),
    on(Page::Depots, "R22-plus", "a blank in a path parameter is sent as `+`"),
    on(Page::Depots, "R22-twice", "path parameters are encoded twice"),
    of("R23", "another version is sent"),
    of("R23-action", "the action begins with a small letter"),
    of("R23-other", "the action is that of another operation"),
    of("R23-two", "the query names another version than the header"),
    of("R24", "`Host` names another server"),
    of("R24-port", "`Host` names another port"),
    of("R24-region", "another region is sent"),
    of("R25", "a form is sent as text/plain"),
    of("R25-none", "a form is sent without a content type"),
    of("R25-date", "no date is sent"),
    of("R25-octets", "a form is sent as a heap of bytes"),
    of("R26", "the seventh call of an object is not signed"),
    of("R26-stale", "all objects sign with the key of the first"),
    of("R26-empty", "the access key id is empty"),
    of("R26-error", "the call after an error is not signed"),
    of("R26-token", "the security token is not sent"),
    of("R26-token-stale", "all objects send the security token of the first"),
    of("R26-token-kept", "an object without a security token sends that of another"),
    of("R26-token-query", "the security token is sent in the query"),
    of("R26-two", "the query names another key"),
    of("R27", "the hash is that of the text before it is encoded"),
    of("R27-space", "the signature is wrong where a value holds a space"),
    of("R27-many", "the signature is wrong with nine and more parameters"),
    of("R27-empty", "the signature is wrong where a value is empty"),
    of("R28", "`ImageName` is sent twice beside `Description`"),
    of("R28-header", "`x-acs-version` is sent twice"),
    of("R29", "the `Description` of an earlier call is sent again when it is left out"),
    of("R29-error", "after an error the earlier `InstanceId` is sent"),
    of("R29-cache", "the same call made again is answered from a cache"),
    of("R29-listed", "the `DiskType` of an earlier call is sent again when it is left out"),
    of("R29-member", "a member left out is filled from the answer before"),
    of("R29-id", "a success shows the request id of the one before"),
    of("R30", "a length and chunks are announced together"),
    of("R30-long", "two bytes too many are in the body"),
    of("R30-short", "the length is two bytes short"),
    on(Page::Parcels, "R31", "a time is sent without its seconds"),
    on(Page::Parcels, "R31-offset", "the zone of a time is sent as an offset"),
    on(Page::Parcels, "R31-epoch", "a time is sent as a number"),
    on(Page::Depots, "R31-body", "a time in the body loses its seconds"),
    on(Page::Depots, "R32", "bytes are sent in the alphabet of URLs"),
    on(Page::Depots, "R32-bare", "bytes are sent without padding"),
    on(Page::Depots, "R32-twice", "bytes are encoded twice"),
    on(Page::Parcels, "R33", "each attempt has a token of its own"),
    on(Page::Parcels, "R33-missing", "the second attempt has no token"),
    on(Page::Parcels, "R35", "the page asked for is one too low"),
    on(Page::Parcels, "R35-token", "`NextToken` is not sent"),
    of("R36", "`BizType` is sent in a header"),
    on(Page::Depots, "R36-query", "a header is sent in the query"),
    on(Page::Depots, "R36-body", "a query parameter is sent in the body"),
    of("R36-json", "the parameters are sent in a JSON body"),
    of("R36-parts", "the parameters are sent in a multipart body"),
    of("R37", "a body of more than 600 bytes is sent in base64"),
    of("P01", "`VersionId` is lost"),
    of("P01-id", "`RequestId` is lost"),
    of("P01-long", "texts of more than 40 characters are lost"),
    of("P01-with", "`VersionId` is lost when CloudDesktop and SYSTEM were sent"),
    of("P01-seventh", "the seventh call of an object loses `Message`"),
    of("P01-parallel", "`VersionId` is lost while another call is open"),
    of("P01-error", "the call after an error loses `VersionId`"),
    of("P02", "`ImageId` and `TaskId` change places"),
    of("P02-camel", "names begin with a small letter"),
    of("P03", "`Success` is always true"),
    of("P03-text", "truth values become texts"),
    of("P03-number", "a text of digits becomes a number"),
    of("P03-null", "the text NULL becomes null"),
    of("P04", "integers are rounded to a double"),
    of("P04-int", "integers wrap at 32 bits"),
    of("P05", "non-ASCII becomes `?`"),
    of("P05-pairs", "an escaped surrogate pair becomes U+FFFD"),
    of("P05-lower", "texts become lower case"),
    of("P05-trim", "blanks around a text are lost"),
    of("P05-percent", "texts are percent-decoded"),
    of("P05-escapes", "surrogate escapes in an answer are refused"),
    of("P05-bom", "a byte order mark makes an answer unreadable"),
    of("P06", "an unknown member raises"),
    of("P06-inner", "an unknown member of `Data` raises"),
    on(Page::Parcels, "P07", "a state that the page does not list raises"),
    on(Page::Parcels, "P07-first", "a state that the page does not list becomes the first"),
    on(Page::Depots, "P07-list", "items of a list that the page does not list are lost"),
    of("P08", "null becomes an empty text"),
    of("P08-text", "null becomes the text `None`"),
    of("P08-crash", "null raises"),
    of("P08-data", "null for `Data` becomes an empty object"),
    of("P09", "`Data` left out raises"),
    of("P09-empty", "a text left out becomes empty"),
    of("P09-task", "`TaskId` left out raises"),
    of("P10", "the members of `Data` come at the top"),
    of("P10-list", "`Data` comes as a list"),
    on(Page::Parcels, "P10-item", "the items of a list are lists"),
    on(Page::Parcels, "P11", "the last item of a list is lost"),
    on(Page::Parcels, "P11-order", "lists come in reverse"),
    on(Page::Parcels, "P11-twice", "items that occur twice come once"),
    on(Page::Parcels, "P11-hundred", "a list ends after 200 items"),
    of("P12", "a 204 hangs"),
    of("P12-empty", "an empty 200 is a success without members"),
    of("P12-closed", "a connection closed before the answer is a success without members"),
    on(Page::Parcels, "P13", "the seconds of a time are lost"),
    on(Page::Parcels, "P13-zone", "the zone of a time is lost"),
    on(Page::Parcels, "P13-number", "a time becomes a number"),
    of("P13-text", "a text that is a time is read and written anew"),
    of("P14", "status and headers of a success are not shown"),
    of("P14-status", "every success shows 200"),
    of("P15", "a body shorter than its length is taken if it reads"),
    of("P15-mend", "a body that was cut is mended and taken"),
    of("P16-chunks", "an answer in chunks is refused"),
    of("P16", "a body that is not UTF-8 is read as Latin-1"),
    of("P17", "bad JSON raises"),
    of("P17-empty", "bad JSON is a success without members"),
    of("P17-more", "what follows the JSON is not looked at"),
    of("P18", "an HTML page with 200 is a success"),
    of("P18-type", "JSON of another content type is refused"),
    of("P19", "deep nesting raises"),
    of("P19-huge", "a body of more than 1 MiB is cut"),
    of("P20", "a number for `Code` is refused"),
    of("P20-text", "a text for `Code` is refused"),
    of("P21", "a success with `Code` 200 is an error"),
    of("P21-none", "a success without `Code` is an error"),
    of("P22", "after a timeout the late answer is taken for the next call's"),
    of("E01", "ExceedBuilderQuota is renamed"),
    of("E01-last", "only what follows the last dot of a code is kept"),
    of("E01-lower", "codes become lower case"),
    of("E01-suffix", "codes get the ending `Error`"),
    of("E01-dotless", "codes without a dot are lost"),
    of("E01-seventh", "the seventh call of an object shows another code"),
    of("E02", "the message is lost"),
    of("E02-prefix", "the message gets a prefix"),
    of("E02-one", "the message of InternalError is replaced"),
    of("E02-cut", "messages end after 60 characters"),
    of("E02-stop", "the full stop of a message is lost"),
    of("E03", "the request id is lost"),
    of("E03-header", "the request id is taken from a header only"),
    of("E03-previous", "the request id is that of the error before"),
    of("E04", "the status is lost"),
    of("E04-always", "the status is always 400"),
    of("E04-one", "the status of Image.NotExist is lost"),
    of("E03-seventh", "the seventh call of an object shows no request id"),
    of("E02-error", "the error after an error has no message"),
    of("E05-any", "an error of the service raises something else"),
    of("E05", "codes with NotFound are transport errors"),
    of("E05-4xx", "every 4xx looks as if it was refused before sending"),
    of("E05-5xx", "every 5xx is a transport error"),
    of("E06", "further members are lost"),
    of("E07", "a missing message is the text `None`"),
    of("E07-null", "a missing code is the text `null`"),
    of("E08", "an error with status 200 is shown as a success"),
    of("E09", "an error that is not JSON raises"),
    of("E09-status", "an error that is not JSON has no status"),
    of("E09-empty", "a 5xx without a body is a success"),
    of("E10", "an undocumented code raises"),
    of("E10-status", "an unusual status is a success"),
    of("E11", "an error in camel case has no code"),
    of("E12", "service errors have no kind"),
    of("E12-broken", "transport errors are service errors"),
    of("T01", "a 500 is sent again"),
    of("T01-timeout", "a timeout is sent again"),
    of("T01-reset", "a reset is sent again"),
    of("T02", "the number of attempts is ignored"),
    of("T03", "a 503 is tried five times"),
    of("T03-more", "one attempt more is made than asked for"),
    of("T04", "throttling is tried without end"),
    of("T05", "attempts follow each other at once"),
    of("T06", "the read timeout is not kept"),
    of("T06-ten", "the read timeout is ten times as long"),
    of("T07", "a broken connection is a success without members"),
    of("T07-none", "a broken connection is an error without kind or text"),
    of("T07-crash", "a broken connection crashes"),
    of("T08", "the timeout is for each piece of an answer"),
    of("T09", "a redirect to another origin is followed with credentials"),
    of("T09-get", "a redirect turns the call into a GET"),
    of("T09-loop", "a redirect sends the call again"),
    of("T11", "the secret stands in the text of an error"),
    of("T11-digits", "the secret stands in the text of an error in hexadecimal digits"),
    of("T11-one", "the secret stands in the text of Image.NotExist"),
    of("T11-message", "the secret stands in the message of a 5xx"),
    of("T11-shown", "the secret stands in the answer"),
    of("T12", "a call that is cancelled goes on"),
    of("T12-again", "a call that is cancelled is sent again"),
    of("T12-empty", "a call that is cancelled is a success without members"),
    of("T12-kind", "a call that is cancelled is an error of the service"),
    of("T13", "the request is sent again after the call returned"),
    of("T13-error", "the request is sent again after an error"),
    of("T14", "an attempt uses the nonce of the one before"),
    of("T14-date", "an attempt uses the date of the one before"),
    of("T14-body", "the second attempt has no body"),
    of("T15", "a 500 is sent again, and its second error hides the first"),
    of("T16", "parallel calls share their parameters"),
    of("T16-answers", "parallel calls share their answer"),
    of("T16-one", "parallel calls share their `Description`"),
    of("T16-refused", "a call that begins while another is open is refused"),
    of("T17", "every object sends to the endpoint of the first"),
    of("T17-port", "the port of an endpoint is ignored"),
    of("T18", "the first call of an object asks for regions before"),
    of("T18-after", "usage is reported after each call"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_defect_has_its_own_id_and_one_place_that_makes_it() {
        let sources = [
            include_str!("flaw/mod.rs"),
            include_str!("flaw/params.rs"),
            include_str!("flaw/draft.rs"),
            include_str!("flaw/answer.rs"),
            include_str!("flaw/error.rs"),
            include_str!("flaw/transport.rs"),
            include_str!("flaw/variation.rs"),
        ]
        .concat();
        let ids: BTreeSet<&str> = DEFECTS.iter().map(|d| d.id).collect();
        assert_eq!(ids.len(), DEFECTS.len());
        for defect in DEFECTS.iter().chain(VARIATIONS) {
            assert!(sources.contains(&format!("\"{}\"", defect.id)), "nothing makes {}", defect.id);
            assert_eq!(find(defect.id), Some(*defect));
        }
        let is_id = |text: &&str| {
            let bytes = text.as_bytes();
            bytes.len() >= 3 && b"RPET".contains(&bytes[0]) && bytes[1..3].iter().all(u8::is_ascii_digit)
        };
        for named in sources.split('"').filter(is_id) {
            assert!(ids.contains(named), "{named} is not in the table");
        }
    }
}
