//! Any bytes as OpenAPI or the vendor's metadata, in JSON or YAML.

#![no_main]

use fineprint_fuzz::hold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = fineprint::page::decode(bytes);
    // What no document begins with is YAML below its first line, so that most bytes are read as a document.
    match text.starts_with('{') || text.contains("openapi") {
        true => hold(&text),
        false => hold(&format!("openapi: 3.1.0\n{text}")),
    }
});
