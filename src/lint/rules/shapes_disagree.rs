//! A member that is a list or an object in one place and not in the other.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "shapes-disagree",
    severity: Severity::Error,
    text: "Table and sample nest members alike.\n\
           A generated client has one class for the member, and reads nothing where the answer has another shape.\n\
           Example: the row says `Itemsarray<object>`, the sample shows `\"Items\": {\"Item\": []}`.",
    trips: "Response parameters\n\nItemsarray\n\nThe items.\n\nExamples\n\n{\"Items\": {\"Item\": []}}\n",
    passes: "Response parameters\n\nItemsarray\n\nThe items.\n\nExamples\n\n{\"Items\": []}\n",
    look,
};

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    super::types_disagree::disagreements(scene).filter(|d| d.is_shape()).map(|d| d.claim(scene)).collect()
}
