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
    /// Rooms that a rule does not bind yet.
    not_yet: Vec<NotYet>,
}

/// One `[[not-yet]]` entry.
struct NotYet {
    rule: String,
    room: String,
}

/// A room that a rule does not bind yet, and whether that is needed.
pub struct Unclean {
    room: String,
    /// Set when something was found there.
    pub is_needed: bool,
}

impl Unclean {
    /// Whether the file at `path` is part of the room.
    pub fn holds(&self, path: &str) -> bool {
        let rest = path.strip_prefix("crates/").and_then(|path| path.strip_prefix(&self.room));
        rest.is_some_and(|rest| rest.starts_with('/'))
    }
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
                    "not-yet" => settings.not_yet.push(entry.not_yet()?),
                    "circle" => settings.circles.push(entry.circle()?),
                    other => return Err(format!("{PATH}: unknown section {other:?}")),
                }
            }
        }
        Ok(settings)
    }

    /// The rooms that `rule` does not bind yet.
    pub fn unclean(&self, rule: &str) -> Vec<Unclean> {
        let of_rule = self.not_yet.iter().filter(|entry| entry.rule == rule);
        of_rule.map(|entry| Unclean { room: entry.room.clone(), is_needed: false }).collect()
    }

    /// A problem for each room that a rule could bind.
    pub fn stale(&self, not_clean: &[Unclean]) -> Vec<Problem> {
        let clean = not_clean.iter().filter(|unclean| !unclean.is_needed);
        clean.map(|unclean| self.problem(format!("{} is clean: strike it", unclean.room))).collect()
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

    fn not_yet(&self) -> Result<NotYet, String> {
        self.text("reason")?;
        Ok(NotYet { rule: self.text("rule")?, room: self.text("room")? })
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
