//! The rules, one a file, in the order in which they may claim what is wrong.

mod absent_as_null;
mod blank_changed;
mod boolean_misspelt;
mod broken_connection_swallowed;
mod broken_framing;
mod byte_order_mark;
mod bytes_misspelt;
mod cancel_ignored;
mod certificate_unverified;
mod chunked_answer_refused;
mod compressed_answer_refused;
mod content_type_refused;
mod control_changed;
mod corrupt_answer_accepted;
mod dripping_answer_hangs;
mod duplicate_header;
mod duplicate_parameter;
mod empty_answer_mishandled;
mod empty_structure_changed;
mod empty_text_dropped;
mod endless_retry;
mod endpoint_ignored;
mod error_code_changed;
mod error_crash;
mod error_kind_lost;
mod error_kind_wrong;
mod error_message_changed;
mod error_shown_as_success;
mod error_status_lost;
mod escapes_misread;
mod fault_kind_wrong;
mod first_cause_masked;
mod further_members_lost;
mod half_character_replaced;
mod header_injected;
mod headers_misread;
mod hidden_request;
mod html_success;
mod integer_digits_lost;
mod integer_misspelt;
mod interim_answer_misread;
mod invented_default;
mod invented_member;
mod large_answer_crash;
mod late_request;
mod leaked_member;
mod leaked_value;
mod list_changed;
mod list_misspelt;
mod listed_value_changed;
mod member_coerced;
mod member_dropped;
mod member_text_changed;
mod member_time_changed;
mod misnamed_member;
mod misnamed_parameter;
mod misplaced_parameter;
mod missing_header;
mod missing_member_crash;
mod no_back_off;
mod non_ascii_changed;
mod nonce_reused;
mod not_http;
mod nothing_as_text;
mod null_crash;
mod null_misread;
mod null_sent;
mod number_changed;
mod number_misspelt;
mod one_type_only;
mod other_envelope;
mod page_lost;
mod parallel_crossed;
mod parameter_dropped;
mod path_misencoded;
mod poisoned_connection;
mod prelude;
mod raw_bytes;
mod raw_control;
mod raw_non_ascii;
mod read_timeout_ignored;
mod redirect_followed;
mod refusal_shown_as_success;
mod request_id_lost;
mod request_time_wrong;
mod required_made_up;
mod required_misreported;
mod reserved_changed;
mod reshaped_member;
mod retried_create;
mod retry_ignored;
mod secret_shown;
mod slow_answer_refused;
mod spent_body;
mod stale_answer;
mod stale_list;
mod status_unavailable;
mod stray_request;
mod stricter_than_page;
mod structure_changed;
mod success_shown_as_error;
mod success_without_request;
mod text_changed;
mod time_changed;
mod token_changed;
mod too_many_attempts;
mod truncated_answer_accepted;
mod undocumented_error_crash;
mod undocumented_parameter;
mod unknown_member_crash;
mod unknown_value;
mod unknown_value_changed;
mod unreadable_answer_crash;
mod unreadable_error;
mod unsaid_encoding;
mod wrong_action;
mod wrong_content_type;
mod wrong_credentials;
mod wrong_format;
mod wrong_host;
mod wrong_method;
mod wrong_path;
mod wrong_signature;
mod wrong_token;
mod wrong_version;

use super::Rule;
pub(super) use parallel_crossed::crossed;
pub(super) use poisoned_connection::{fails_after, follows_failure, late_answer};
pub(super) use refusal_shown_as_success::hides_refusal;
pub(super) use stale_answer::{leaked_error, stale};

/// All rules. For one difference the first that claims it has it.
pub const RULES: &[Rule] = &[
    hidden_request::RULE,
    certificate_unverified::RULE,
    header_injected::RULE,
    not_http::RULE,
    spent_body::RULE,
    broken_framing::RULE,
    unsaid_encoding::RULE,
    wrong_method::RULE,
    wrong_path::RULE,
    wrong_action::RULE,
    wrong_version::RULE,
    wrong_host::RULE,
    wrong_content_type::RULE,
    wrong_format::RULE,
    wrong_credentials::RULE,
    wrong_token::RULE,
    wrong_signature::RULE,
    missing_header::RULE,
    request_time_wrong::RULE,
    duplicate_header::RULE,
    raw_control::RULE,
    raw_bytes::RULE,
    raw_non_ascii::RULE,
    path_misencoded::RULE,
    half_character_replaced::RULE,
    misplaced_parameter::RULE,
    misnamed_parameter::RULE,
    list_misspelt::RULE,
    duplicate_parameter::RULE,
    required_made_up::RULE,
    leaked_value::RULE,
    null_sent::RULE,
    invented_default::RULE,
    undocumented_parameter::RULE,
    empty_structure_changed::RULE,
    time_changed::RULE,
    bytes_misspelt::RULE,
    page_lost::RULE,
    empty_text_dropped::RULE,
    number_misspelt::RULE,
    boolean_misspelt::RULE,
    integer_misspelt::RULE,
    integer_digits_lost::RULE,
    listed_value_changed::RULE,
    parameter_dropped::RULE,
    blank_changed::RULE,
    reserved_changed::RULE,
    non_ascii_changed::RULE,
    control_changed::RULE,
    structure_changed::RULE,
    text_changed::RULE,
    endpoint_ignored::RULE,
    stale_list::RULE,
    stricter_than_page::RULE,
    stale_answer::RULE,
    required_misreported::RULE,
    success_without_request::RULE,
    unknown_value_changed::RULE,
    member_time_changed::RULE,
    leaked_member::RULE,
    misnamed_member::RULE,
    reshaped_member::RULE,
    list_changed::RULE,
    null_misread::RULE,
    absent_as_null::RULE,
    invented_member::RULE,
    member_dropped::RULE,
    member_coerced::RULE,
    number_changed::RULE,
    member_text_changed::RULE,
    null_crash::RULE,
    missing_member_crash::RULE,
    unknown_member_crash::RULE,
    unknown_value::RULE,
    escapes_misread::RULE,
    headers_misread::RULE,
    byte_order_mark::RULE,
    content_type_refused::RULE,
    chunked_answer_refused::RULE,
    compressed_answer_refused::RULE,
    interim_answer_misread::RULE,
    large_answer_crash::RULE,
    success_shown_as_error::RULE,
    one_type_only::RULE,
    status_unavailable::RULE,
    error_code_changed::RULE,
    error_message_changed::RULE,
    request_id_lost::RULE,
    error_status_lost::RULE,
    error_kind_wrong::RULE,
    error_kind_lost::RULE,
    fault_kind_wrong::RULE,
    error_crash::RULE,
    further_members_lost::RULE,
    nothing_as_text::RULE,
    error_shown_as_success::RULE,
    unreadable_error::RULE,
    undocumented_error_crash::RULE,
    other_envelope::RULE,
    refusal_shown_as_success::RULE,
    truncated_answer_accepted::RULE,
    broken_connection_swallowed::RULE,
    empty_answer_mishandled::RULE,
    unreadable_answer_crash::RULE,
    html_success::RULE,
    corrupt_answer_accepted::RULE,
    retried_create::RULE,
    retry_ignored::RULE,
    too_many_attempts::RULE,
    endless_retry::RULE,
    no_back_off::RULE,
    nonce_reused::RULE,
    token_changed::RULE,
    first_cause_masked::RULE,
    read_timeout_ignored::RULE,
    slow_answer_refused::RULE,
    dripping_answer_hangs::RULE,
    redirect_followed::RULE,
    secret_shown::RULE,
    stray_request::RULE,
    cancel_ignored::RULE,
    late_request::RULE,
    poisoned_connection::RULE,
    parallel_crossed::RULE,
];

/// The rule of that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|r| r.id == id)
}
