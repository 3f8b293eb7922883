//! No bytes make the reader panic or hang: `cargo fuzz run read fixtures/pages -- -max_len=20000 -timeout=10`.

#![no_main]

use fineprint::contract::clauses;
use fineprint::extract::{Input, read};
use fineprint::lint::lint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = fineprint::page::decode(bytes);
    let contract = read(&[Input { name: "page", text: &text }]);
    let last = text.lines().count().max(1) as u32;
    for operation in &contract.operations {
        assert!(operation.span.last <= last, "a span lies on its page");
        let _ = clauses(operation);
    }
    let _ = lint(&contract);
});
