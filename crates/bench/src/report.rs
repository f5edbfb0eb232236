//! Medians, ratios and the table that tells them.

use crate::machine;
use crate::settings::Settings;
use std::fmt::Write as _;

/// What a figure must not pass.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    AtMost(f64),
    AtLeast(f64),
    /// Told for what it explains.
    None,
}

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    pub what: String,
    /// Larder's figure, with its unit.
    pub larder: String,
    /// The figure beside it and of what; empty for a figure that stands alone.
    pub beside: String,
    /// What the limit is about: a ratio, or Larder's figure itself. `None`: not measured.
    pub value: Option<f64>,
    /// The unit of `value`, as printed after it.
    pub unit: &'static str,
    pub limit: Limit,
}

/// The result of a run.
pub struct Report {
    rows: Vec<Row>,
    file_system: String,
}

impl Row {
    fn held(&self) -> Option<bool> {
        match (self.limit, self.value?) {
            (Limit::AtMost(limit), value) => Some(value <= limit),
            (Limit::AtLeast(limit), value) => Some(value >= limit),
            (Limit::None, _) => Some(true),
        }
    }

    fn cells(&self) -> [String; 6] {
        let unit = self.unit;
        let limit = match self.limit {
            Limit::AtMost(limit) => format!("at most {limit}{unit}"),
            Limit::AtLeast(limit) => format!("at least {limit}{unit}"),
            Limit::None => String::new(),
        };
        let verdict = match (self.limit, self.held()) {
            (Limit::None, _) => "",
            (_, None) => "not measured",
            (_, Some(true)) => "held",
            (_, Some(false)) => "MISSED",
        };
        let ratio = match self.value {
            Some(value) if unit == "x" => format!("{value:.2}x"),
            _ => String::new(),
        };
        let (what, larder, beside) = (self.what.clone(), self.larder.clone(), self.beside.clone());
        [what, larder, beside, ratio, limit, verdict.to_owned()]
    }
}

const HEADINGS: [&str; 6] = ["what", "Larder", "beside it", "ratio", "limit", ""];

impl Report {
    /// An empty one.
    pub fn new(file_system: String) -> Self {
        Self { rows: Vec::new(), file_system }
    }

    /// Adds a line, and prints it, so that a long run can be followed.
    pub fn add(&mut self, row: Row) {
        println!("{}", row.cells().map(|cell| cell.trim().to_owned()).join(" | "));
        self.rows.push(row);
    }

    /// How many limits were missed or could not be measured.
    pub fn missed(&self) -> usize {
        self.rows.iter().filter(|row| row.held() != Some(true)).count()
    }

    /// The table, in columns.
    pub fn table(&self) -> String {
        let mut lines = vec![HEADINGS.map(str::to_owned)];
        lines.extend(self.rows.iter().map(Row::cells));
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
        let widths: Vec<usize> = (0..HEADINGS.len()).map(|c| width(c).unwrap_or(0)).collect();
        let mut out = String::new();
        for line in &lines {
            let mut text = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                write!(text, "{cell:width$}  ").expect("a String takes everything");
            }
            out.push_str(text.trim_end());
            out.push('\n');
        }
        out
    }

    /// The table in Markdown, under what it was measured with.
    ///
    /// # Errors
    /// A version cannot be told.
    pub fn markdown(&self, settings: &Settings) -> Result<String, String> {
        let mut out = String::new();
        let words: Vec<&str> = settings.words.iter().map(String::as_str).collect();
        let line = format!("cargo xtask bench {}", words.join(" "));
        let mut fact = |name: &str, value: &str| {
            writeln!(out, "- {name}: {value}").expect("a String takes everything");
        };
        fact("command", &format!("`{}`", line.trim()));
        for (name, value) in machine::facts(settings)? {
            fact(name, &value);
        }
        fact("file system", &self.file_system);
        out.push('\n');
        for (index, line) in [HEADINGS.map(str::to_owned)]
            .into_iter()
            .chain(self.rows.iter().map(Row::cells))
            .enumerate()
        {
            writeln!(out, "| {} |", line.join(" | ")).expect("a String takes everything");
            if index == 0 {
                out.push_str(&format!("|{}\n", " --- |".repeat(HEADINGS.len())));
            }
        }
        Ok(out)
    }
}

/// The middle one; of an even count the lower middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

/// Microseconds of CPU per request.
pub fn micros(seconds: f64) -> String {
    format!("{:.1} us", seconds * 1e6)
}
