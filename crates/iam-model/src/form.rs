//! The query protocol's inputs: `Action=..&Tags.member.1.Key=..` and how shapes are read from it.

use crate::constraint::{Constraint, Violation};
use crate::error::DecodeError;
use larder_s3_model::{Secret, Text};
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Most parameters of a form.
pub const PARAMETERS_MAX: usize = 4096;

/// The parameters of a request, by name.
#[derive(Debug, Default)]
pub struct Form(BTreeMap<String, String>);

/// What an operation takes.
pub trait Input: Sized {
    /// Reads the input.
    ///
    /// Errors: `ValidationError` with all that the model demands and the form does not have;
    /// `MalformedInput` for what is no number or truth value.
    fn decode(form: &Form) -> Result<Self, DecodeError>;
}

impl Form {
    /// A form of these parameters, decoded.
    ///
    /// Errors: `MalformedQueryString` for a name that comes twice or more than [`PARAMETERS_MAX`].
    pub fn new(
        parameters: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, DecodeError> {
        let mut form = BTreeMap::new();
        for (name, value) in parameters {
            if form.len() == PARAMETERS_MAX {
                return Err(DecodeError::TooManyParameters);
            }
            if form.insert(name, value).is_some() {
                return Err(DecodeError::RepeatedParameter);
            }
        }
        Ok(Self(form))
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn has(&self, path: &str) -> bool {
        self.0.contains_key(path) || self.below(&format!("{path}.")).next().is_some()
    }

    /// The parameters whose names begin so.
    fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        let names = self.0.range(prefix.to_owned()..).map(|(name, _)| name.as_str());
        names.take_while(move |name| name.starts_with(prefix))
    }

    /// The numbers of a list's items, in order.
    fn items(&self, list: &str) -> BTreeSet<usize> {
        let prefix = format!("{list}.member.");
        let numbers = self.below(&prefix).filter_map(|name| {
            let digits = name[prefix.len()..].split('.').next()?;
            digits.parse().ok().filter(|number: &usize| number.to_string() == digits)
        });
        numbers.collect()
    }
}

impl<T: Value> Input for T {
    fn decode(form: &Form) -> Result<Self, DecodeError> {
        let mut reader =
            Reader { form, path: String::new(), violations: Vec::new(), malformed: None };
        let value = T::read(&mut reader, &Constraint::NONE);
        if let Some(at) = reader.malformed {
            return Err(DecodeError::Malformed { at });
        }
        match value.filter(|_| reader.violations.is_empty()) {
            Some(value) => Ok(value),
            None => Err(DecodeError::Validation(reader.violations)),
        }
    }
}

/// Reads a form, and notes what is wrong with it.
pub struct Reader<'a> {
    form: &'a Form,
    /// The parameter that is read.
    path: String,
    violations: Vec<Violation>,
    /// The first value that is none of its type.
    malformed: Option<String>,
}

/// A value that is read from the parameters at and below a path. `None` when that was not possible,
/// which the reader has noted.
pub trait Value: Sized {
    /// Reads it.
    fn read(reader: &mut Reader<'_>, constraint: &Constraint) -> Option<Self>;
}

/// A member of a structure: a value that has to be there (`T`) or may be (`Option<T>`).
pub(crate) trait Member: Sized {
    fn read_member(reader: &mut Reader<'_>, constraint: &Constraint) -> Option<Self>;
}

impl<T: Value> Member for T {
    fn read_member(reader: &mut Reader<'_>, constraint: &Constraint) -> Option<Self> {
        if reader.form.has(&reader.path) {
            return T::read(reader, constraint);
        }
        reader.violates("not be null".to_owned());
        None
    }
}

impl<T: Value> Member for Option<T> {
    fn read_member(reader: &mut Reader<'_>, constraint: &Constraint) -> Option<Self> {
        if reader.form.has(&reader.path) {
            T::read(reader, constraint).map(Some)
        } else {
            Some(None)
        }
    }
}

impl Reader<'_> {
    /// Reads a member of the structure at hand.
    pub(crate) fn member<T: Member>(&mut self, name: &str, constraint: &Constraint) -> Option<T> {
        self.at(name, |reader| T::read_member(reader, constraint))
    }

    fn at<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        let value = read(self);
        self.path.truncate(length);
        value
    }

    fn text(&self) -> &str {
        self.form.get(&self.path).unwrap_or_default()
    }

    fn violates(&mut self, demand: String) {
        self.violations.push(Violation { at: shown(&self.path), demand });
    }

    fn check(&mut self, demands: Vec<String>) -> Option<()> {
        let is_sound = demands.is_empty();
        for demand in demands {
            self.violates(demand);
        }
        is_sound.then_some(())
    }

    /// The value's text as a value of a type.
    fn parse<T: Text>(&mut self) -> Option<T> {
        let value = T::parse(self.text());
        if value.is_none() {
            self.malformed.get_or_insert_with(|| shown(&self.path));
        }
        value
    }
}

/// A parameter as errors name it: `Tags.member.1.Key` is `tags.1.member.key`.
fn shown(path: &str) -> String {
    let mut parts = path.split('.').peekable();
    let mut shown: Vec<String> = Vec::new();
    while let Some(part) = parts.next() {
        match parts.peek() {
            Some(number) if part == "member" => {
                shown.push((*number).to_owned());
                shown.push(part.to_owned());
                parts.next();
            }
            _ => {
                let mut letters = part.chars();
                let first = letters.next().map(|letter| letter.to_ascii_lowercase());
                shown.push(first.into_iter().chain(letters).collect());
            }
        }
    }
    shown.join(".")
}

/// Some operations take nothing.
impl Value for () {
    fn read(_: &mut Reader<'_>, _: &Constraint) -> Option<Self> {
        Some(())
    }
}

impl Value for String {
    fn read(reader: &mut Reader<'_>, constraint: &Constraint) -> Option<Self> {
        reader.check(constraint.check_text(reader.text()))?;
        Some(reader.text().to_owned())
    }
}

impl Value for Secret {
    fn read(reader: &mut Reader<'_>, constraint: &Constraint) -> Option<Self> {
        reader.check(constraint.check_text(reader.text()))?;
        Some(Self::new(reader.text()))
    }
}

impl Value for bool {
    fn read(reader: &mut Reader<'_>, _: &Constraint) -> Option<Self> {
        reader.parse()
    }
}

impl Value for i32 {
    fn read(reader: &mut Reader<'_>, constraint: &Constraint) -> Option<Self> {
        let number: i32 = reader.parse()?;
        reader.check(constraint.check_bounds("have value", number.into()))?;
        Some(number)
    }
}

impl Value for larder_types::Timestamp {
    fn read(reader: &mut Reader<'_>, _: &Constraint) -> Option<Self> {
        reader.parse()
    }
}

/// `Name.member.1`, `Name.member.2` ...; an empty list is `Name=`.
impl<T: Value> Value for Vec<T> {
    fn read(reader: &mut Reader<'_>, constraint: &Constraint) -> Option<Self> {
        let numbers = reader.form.items(&reader.path);
        reader.check(constraint.check_bounds("have length", numbers.len() as i64))?;
        let of_item = constraint.item.unwrap_or(&Constraint::NONE);
        // One that cannot be read does not hide what is wrong with those behind it.
        let items: Vec<Option<T>> = numbers
            .into_iter()
            .map(|number| reader.at(&format!("member.{number}"), |reader| T::read(reader, of_item)))
            .collect();
        items.into_iter().collect()
    }
}
