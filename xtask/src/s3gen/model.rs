//! The parts of a service model that the generator uses.

use serde_json::Value;

/// A parsed service model.
pub struct Model {
    value: Value,
}

/// A named shape.
#[derive(Clone, Copy)]
pub struct Shape<'m> {
    pub name: &'m str,
    value: &'m Value,
}

/// A member of a structure.
#[derive(Clone, Copy)]
pub struct Member<'m> {
    pub name: &'m str,
    pub shape: Shape<'m>,
    pub required: bool,
    value: &'m Value,
}

/// An operation.
#[derive(Clone, Copy)]
pub struct Operation<'m> {
    pub name: &'m str,
    value: &'m Value,
    model: &'m Model,
}

impl Model {
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if value["operations"].is_object() && value["shapes"].is_object() {
            Ok(Self { value })
        } else {
            Err("the model has no operations or no shapes".to_owned())
        }
    }

    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        entries(&self.value["operations"]).map(|(name, value)| Operation {
            name,
            value,
            model: self,
        })
    }

    pub fn shapes(&self) -> impl Iterator<Item = Shape<'_>> {
        entries(&self.value["shapes"]).map(|(name, value)| Shape { name, value })
    }

    pub fn shape(&self, name: &str) -> Option<Shape<'_>> {
        let (name, value) = self.value["shapes"].as_object()?.get_key_value(name)?;
        Some(Shape { name, value })
    }

    fn shape_of<'m>(&'m self, reference: &'m Value) -> Option<Shape<'m>> {
        self.shape(reference["shape"].as_str()?)
    }
}

impl<'m> Shape<'m> {
    pub fn kind(self) -> &'m str {
        self.value["type"].as_str().unwrap_or_default()
    }

    pub fn words(self) -> Option<impl Iterator<Item = &'m str>> {
        Some(self.value["enum"].as_array()?.iter().filter_map(Value::as_str))
    }

    pub fn is(self, flag: &str) -> bool {
        self.value[flag] == Value::Bool(true)
    }

    pub fn text(self, key: &str) -> Option<&'m str> {
        self.value[key].as_str()
    }

    pub fn number(self, key: &str) -> Option<u64> {
        self.value[key].as_u64()
    }

    /// A map's keys and values.
    pub fn entry(self, model: &'m Model) -> Option<(Shape<'m>, Shape<'m>)> {
        Some((model.shape_of(&self.value["key"])?, model.shape_of(&self.value["value"])?))
    }

    /// Of an error its code and HTTP status.
    pub fn error(self) -> Option<(&'m str, u64)> {
        let error = &self.value["error"];
        Some((error["code"].as_str()?, error["httpStatusCode"].as_u64()?))
    }

    /// A list's member and the name it has in XML, if it has one.
    pub fn item(self, model: &'m Model) -> Option<(Shape<'m>, Option<&'m str>)> {
        let item = &self.value["member"];
        Some((model.shape_of(item)?, item["locationName"].as_str()))
    }

    pub fn members(self, model: &'m Model) -> Vec<Member<'m>> {
        let required = |name: &str| {
            let list = self.value["required"].as_array();
            list.is_some_and(|list| list.iter().any(|n| n == name))
        };
        entries(&self.value["members"])
            .filter_map(|(name, value)| {
                Some(Member {
                    name,
                    shape: model.shape_of(value)?,
                    required: required(name),
                    value,
                })
            })
            .collect()
    }
}

impl<'m> Member<'m> {
    /// `header`, `headers`, `querystring`, `uri`, or nothing for the body.
    pub fn location(self) -> Option<&'m str> {
        self.value["location"].as_str()
    }

    /// The name on the wire.
    pub fn wire_name(self) -> &'m str {
        let own = self.value["locationName"].as_str();
        own.or(self.shape.text("locationName")).unwrap_or(self.name)
    }

    pub fn is(self, flag: &str) -> bool {
        self.value[flag] == Value::Bool(true)
    }
}

impl<'m> Operation<'m> {
    pub fn method(self) -> &'m str {
        self.value["http"]["method"].as_str().unwrap_or_default()
    }

    pub fn uri(self) -> &'m str {
        self.value["http"]["requestUri"].as_str().unwrap_or_default()
    }

    pub fn status(self) -> u64 {
        self.value["http"]["responseCode"].as_u64().unwrap_or(200)
    }

    pub fn input(self) -> Option<Shape<'m>> {
        self.model.shape_of(&self.value["input"])
    }

    /// The root element of an input without a payload member.
    pub fn input_root(self) -> Option<&'m str> {
        self.value["input"]["locationName"].as_str()
    }

    /// The element around a query API's output.
    pub fn result_wrapper(self) -> Option<&'m str> {
        self.value["output"]["resultWrapper"].as_str()
    }

    pub fn output(self) -> Option<Shape<'m>> {
        self.model.shape_of(&self.value["output"])
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let map = value.as_object();
    map.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}
