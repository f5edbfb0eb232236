//! `xtask/tidy.toml`: the named exceptions and the forbidden strings.

use super::Problem;

/// Where the settings lie, from the workspace's root.
pub const PATH: &str = "xtask/tidy.toml";

/// What `xtask/tidy.toml` says.
#[derive(Default)]
pub struct Settings {
    /// Files and functions that may be larger than the limits.
    pub exceptions: Vec<Exception>,
    /// Strings that no file outside tests may hold.
    pub forbidden: Vec<Forbidden>,
    /// Rooms whose modules may still import each other.
    pub circles: Vec<Circle>,
}

/// One `[[large]]` entry.
pub struct Exception {
    /// The file, from the workspace's root.
    pub path: String,
    /// The function within it; `None` names the file as a whole.
    pub function: Option<String>,
    /// The size that it holds.
    pub lines: usize,
}

/// One `[[circle]]` entry.
pub struct Circle {
    /// The crate's directory.
    pub room: String,
    /// How many of its modules are in circles.
    pub modules: usize,
}

/// One `[[forbidden]]` entry.
pub struct Forbidden {
    /// What must not appear.
    pub text: String,
    /// Why not.
    pub reason: String,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// Text that is not TOML, an unknown section or field, an entry without a reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error| format!("{PATH}: {error}"))?;
        let mut settings = Self::default();
        for (section, entries) in &table {
            let entries = entries.as_array().ok_or(format!("{PATH}: {section} is not a list"))?;
            for entry in entries {
                let entry = Entry(entry.as_table().ok_or(format!("{PATH}: not a table"))?);
                match section.as_str() {
                    "large" => settings.exceptions.push(entry.exception()?),
                    "forbidden" => settings.forbidden.push(entry.forbidden()?),
                    "circle" => settings.circles.push(entry.circle()?),
                    other => return Err(format!("{PATH}: unknown section {other:?}")),
                }
            }
        }
        Ok(settings)
    }

    /// A problem of the settings themselves.
    pub fn problem(&self, message: String) -> Problem {
        Problem { path: PATH.to_string(), line: 1, message }
    }
}

struct Entry<'a>(&'a toml::Table);

impl Entry<'_> {
    fn text(&self, field: &str) -> Result<String, String> {
        let value = self.0.get(field).and_then(|value| value.as_str()).unwrap_or_default();
        if value.is_empty() {
            return Err(format!("{PATH}: an entry lacks {field:?}: {:?}", self.0));
        }
        Ok(value.to_string())
    }

    fn exception(&self) -> Result<Exception, String> {
        self.text("reason")?;
        let lines = self.0.get("lines").and_then(toml::Value::as_integer).unwrap_or(0);
        Ok(Exception {
            path: self.text("path")?,
            function: self.0.contains_key("function").then(|| self.text("function")).transpose()?,
            lines: usize::try_from(lines).map_err(|_| format!("{PATH}: lines = {lines}"))?,
        })
    }

    fn circle(&self) -> Result<Circle, String> {
        self.text("reason")?;
        let modules = self.0.get("modules").and_then(toml::Value::as_integer).unwrap_or(0);
        Ok(Circle {
            room: self.text("room")?,
            modules: usize::try_from(modules)
                .map_err(|_| format!("{PATH}: modules = {modules}"))?,
        })
    }

    fn forbidden(&self) -> Result<Forbidden, String> {
        Ok(Forbidden { text: self.text("text")?, reason: self.text("reason")? })
    }
}
