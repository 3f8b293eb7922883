//! The rules, one a file, in the order in which they are asked.

mod access_level_unknown;
mod action_of_other_operation;
mod documented_not_public;
mod error_code_twice;
mod error_status_twice;
mod error_without_description;
mod error_without_message;
mod error_word_in_success;
mod example_of_other_type;
mod example_outside_values;
mod internal_error_blames_caller;
mod message_of_several_codes;
mod missing_from_sample;
mod missing_from_table;
mod names_disagree;
mod null_as_text;
mod other_product;
mod prelude;
mod required_against_prose;
mod required_missing_from_sample;
mod row_twice;
mod sample_of_other_operation;
mod sample_unreadable;
mod success_with_error_code;
mod types_disagree;

use super::Rule;

/// All rules.
pub const RULES: &[Rule] = &[
    types_disagree::RULE,
    names_disagree::RULE,
    missing_from_table::RULE,
    missing_from_sample::RULE,
    required_missing_from_sample::RULE,
    example_outside_values::RULE,
    example_of_other_type::RULE,
    error_code_twice::RULE,
    error_status_twice::RULE,
    message_of_several_codes::RULE,
    required_against_prose::RULE,
    success_with_error_code::RULE,
    null_as_text::RULE,
    access_level_unknown::RULE,
    action_of_other_operation::RULE,
    other_product::RULE,
    error_without_description::RULE,
    error_without_message::RULE,
    row_twice::RULE,
    internal_error_blames_caller::RULE,
    sample_unreadable::RULE,
    sample_of_other_operation::RULE,
    error_word_in_success::RULE,
    documented_not_public::RULE,
];

/// The rule of that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|r| r.id == id)
}
