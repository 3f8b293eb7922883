//! What references may point at by name.

use std::collections::BTreeMap;

use serde_json::Value;

/// Every schema inside that has a name: its `$id`, the last segment of that, and `#` with its anchors.
pub(super) fn names(root: &Value) -> BTreeMap<String, &Value> {
    let mut names = BTreeMap::new();
    let mut queue = vec![root];
    while let Some(value) = queue.pop() {
        match value {
            Value::Object(members) => {
                let said = |keyword: &str| members.get(keyword).and_then(Value::as_str);
                if let Some(id) = said("$id") {
                    names.entry(id.to_owned()).or_insert(value);
                    names.entry(id.rsplit('/').next().unwrap_or(id).to_owned()).or_insert(value);
                }
                for anchor in ["$anchor", "$dynamicAnchor"].into_iter().filter_map(said) {
                    names.entry(format!("#{anchor}")).or_insert(value);
                }
                queue.extend(members.values());
            }
            Value::Array(items) => queue.extend(items),
            _ => {}
        }
    }
    names
}
