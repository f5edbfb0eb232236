//! `overrides.toml`: where the wire differs from the model.

use super::model::Model;
use toml::{Table, Value};

/// The parsed file: section, name, entry.
pub struct Overrides {
    table: Table,
}

/// The sections and the keys that their entries may have beside `reason`.
const SECTIONS: [(&str, &[&str]); 5] = [
    ("shape", &["rust", "lenient", "quoted", "wrapper"]),
    ("member", &["skip", "place"]),
    ("document", &["unknown_elements"]),
    ("output", &["root"]),
    ("operation", &["status", "superseded_by", "headers", "path", "checksum_required"]),
];

impl Overrides {
    pub fn parse(text: &str) -> Result<Self, String> {
        let table: Table = text.parse().map_err(|e| format!("overrides.toml: {e}"))?;
        Ok(Self { table })
    }

    /// Every entry must have a reason and name something that the model has.
    pub fn check_against(&self, model: &Model) -> Result<(), String> {
        for (section, entries) in &self.table {
            let known = SECTIONS.iter().find(|(name, _)| name == section);
            let (_, keys) = known.ok_or(format!("overrides.toml: unknown section {section}"))?;
            for (name, entry) in entries.as_table().into_iter().flatten() {
                let place = format!("overrides.toml: {section}.{name}");
                let entry = entry.as_table().ok_or(format!("{place}: no table"))?;
                if !entry.contains_key("reason") {
                    return Err(format!("{place}: no reason"));
                }
                let unknown = |k: &&String| *k != "reason" && !keys.contains(&k.as_str());
                if let Some(key) = entry.keys().find(unknown) {
                    return Err(format!("{place}: unknown key {key}"));
                }
                if !names_something(model, section, name) {
                    return Err(format!("{place}: the model has no such thing"));
                }
            }
        }
        Ok(())
    }

    fn get(&self, section: &str, name: &str, key: &str) -> Option<&Value> {
        self.table.get(section)?.get(name)?.get(key)
    }

    pub fn text(&self, section: &str, name: &str, key: &str) -> Option<&str> {
        self.get(section, name, key)?.as_str()
    }

    pub fn flag(&self, section: &str, name: &str, key: &str) -> bool {
        self.get(section, name, key) == Some(&Value::Boolean(true))
    }

    pub fn number(&self, section: &str, name: &str, key: &str) -> Option<i64> {
        self.get(section, name, key)?.as_integer()
    }

    pub fn list(&self, section: &str, name: &str, key: &str) -> Vec<String> {
        let list = self.get(section, name, key).and_then(Value::as_array);
        let texts = list.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }
}

fn names_something(model: &Model, section: &str, name: &str) -> bool {
    match section {
        "operation" | "output" => model.operations().any(|o| o.name == name),
        "member" => name.split_once('.').is_some_and(|(shape, member)| {
            let shape = model.shape(shape);
            shape.is_some_and(|s| s.members(model).iter().any(|m| m.name == member))
        }),
        _ => model.shape(name).is_some(),
    }
}
