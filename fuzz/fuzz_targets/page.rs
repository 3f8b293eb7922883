//! Any bytes as a page: text, Markdown or HTML.

#![no_main]

use fineprint_fuzz::hold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hold(&fineprint::page::decode(bytes)));
