//! Where settings come from: the command line, the environment, the configuration file.

use super::accounts::{self, ConfiguredAccount};
use super::table::{Kind, SETTINGS, Setting};
use super::unknown;

/// Every environment variable with this prefix must be a setting.
pub(super) const PREFIX: &str = "LARDER_";

/// A kind of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Flag,
    Environment,
    File,
}

/// A setting's values in one source.
pub(super) struct Given {
    pub(super) setting: &'static Setting,
    /// The spelling that the operator used, for messages.
    pub(super) source: String,
    pub(super) values: Vec<String>,
}

/// The values of a setting in one source.
pub(super) fn find<'a>(given: &'a [Given], name: &str) -> Option<&'a Given> {
    given.iter().find(|given| given.setting.name == name)
}

/// Reads the words of the command line behind the subcommand.
pub(super) fn flags(words: &[String]) -> Result<Vec<Given>, String> {
    let mut out: Vec<Given> = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        if !flag.starts_with("--") {
            return Err(format!("unexpected {word:?}; settings look like --data DIR"));
        }
        let setting = SETTINGS.iter().find(|setting| setting.flag() == flag);
        let setting = setting.ok_or_else(|| unknown(Source::Flag, flag))?;
        if !setting.has_flag() {
            let variable = setting.variable();
            return Err(format!("{flag} would be seen by every user: set {variable} instead"));
        }
        let value = match (value, setting.kind) {
            (Some(value), _) => value,
            (None, Kind::Switch) => "true".to_owned(),
            (None, _) => match words.next_if(|next| !next.starts_with("--")) {
                Some(value) => value.clone(),
                None => return Err(format!("{flag} needs a value: {flag} {}", setting.value)),
            },
        };
        let values = values(setting, value);
        match out.iter_mut().find(|given| given.setting.name == setting.name) {
            Some(given) if setting.kind == Kind::Many => given.values.extend(values),
            Some(_) => return Err(format!("{flag} is given twice")),
            None => out.push(Given { setting, source: flag.to_owned(), values }),
        }
    }
    Ok(out)
}

/// Reads the environment. An empty variable counts as not set.
pub(super) fn environment(variables: &[(String, String)]) -> Result<Vec<Given>, String> {
    let mut out = Vec::new();
    for (name, value) in variables.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
        let setting = SETTINGS.iter().find(|setting| setting.variable() == *name);
        let setting = setting.ok_or_else(|| unknown(Source::Environment, name))?;
        if !value.is_empty() {
            let values = values(setting, value.clone());
            out.push(Given { setting, source: name.clone(), values });
        }
    }
    Ok(out)
}

/// Reads the configuration file.
pub(super) fn file(
    path: &str,
    content: &[u8],
) -> Result<(Vec<Given>, Vec<ConfiguredAccount>), String> {
    let invalid = |what: &str| format!("{path}: {what}");
    let text = std::str::from_utf8(content).map_err(|_| invalid("is not UTF-8 text"))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
        invalid(&format!("line {line}: {}", error.message().replace('\n', " ")))
    })?;
    let mut out = Vec::new();
    let mut accounts = Vec::new();
    for (key, value) in table {
        if key == "account" {
            accounts = accounts::read(value).map_err(|what| invalid(&what))?;
            continue;
        }
        let setting = SETTINGS.iter().find(|setting| setting.key() == key && key != "config");
        let setting = setting.ok_or_else(|| invalid(&unknown(Source::File, &key)))?;
        let values = match (value, setting.kind) {
            (toml::Value::Array(values), Kind::Many) => {
                values.into_iter().map(scalar).collect::<Option<Vec<_>>>()
            }
            (value, _) => scalar(value).map(|value| values(setting, value)),
        };
        let expected = if setting.kind == Kind::Many { "text or a list of texts" } else { "text" };
        let values = values.ok_or_else(|| invalid(&format!("{key}: expected {expected}")))?;
        out.push(Given { setting, source: format!("{path}: {key}"), values });
    }
    Ok((out, accounts))
}

/// The values in one text: several where the setting may have several and commas separate them.
/// None of them is empty unless all are.
fn values(setting: &Setting, text: String) -> Vec<String> {
    if setting.kind != Kind::Many || !text.contains(',') {
        return vec![text];
    }
    let values = text.split(',').map(str::trim).filter(|value| !value.is_empty());
    let values: Vec<String> = values.map(str::to_owned).collect();
    if values.is_empty() { vec![String::new()] } else { values }
}

fn scalar(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(on) => Some(on.to_string()),
        _ => None,
    }
}
