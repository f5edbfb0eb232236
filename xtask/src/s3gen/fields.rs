//! A member of the model as a line of a generated table: field, type, place.

use super::model::{Member, Model, Shape};
use super::names::{camel_case, snake_case};
use super::overrides::Overrides;

/// What the tables are made from.
#[derive(Clone, Copy)]
pub struct Context<'m> {
    pub model: &'m Model,
    pub overrides: &'m Overrides,
}

/// One line of a table.
pub struct Field {
    pub name: String,
    pub rust: String,
    pub place: String,
    /// Whether its type has a default.
    pub has_default: bool,
    /// Whether it is read from a header.
    pub is_header: bool,
}

impl Field {
    pub fn line(&self) -> String {
        format!("        {}: {} = {},\n", self.name, self.rust, self.place)
    }
}

impl<'m> Context<'m> {
    /// Whether `overrides.toml` leaves the member out.
    pub fn is_skipped(self, of: Shape<'m>, member: Member<'m>) -> bool {
        let path = format!("{}.{}", of.name, member.name);
        self.overrides.flag("member", &path, "skip")
    }

    /// The field of a member that stands outside of the body.
    pub fn head_field(self, of: Shape<'m>, member: Member<'m>) -> Result<Field, String> {
        let wire = member.wire_name();
        let header = format!("H::{}", camel_case(wire));
        let is_list = member.shape.kind() == "list";
        let place = match (member.location(), wire) {
            (Some("uri"), "Bucket") => "bucket()".to_owned(),
            (Some("uri"), "Key") => "key()".to_owned(),
            (Some("querystring"), _) => format!("query(\"{wire}\")"),
            (Some("headers"), _) => "metadata()".to_owned(),
            (Some("header"), _) => match (is_list, member.required) {
                (true, true) => format!("header_some({header})"),
                (true, false) => format!("header_list({header})"),
                (false, _) => format!("{}({header})", self.header_place(of, member)),
            },
            other => return Err(format!("{}.{}: place {other:?}", of.name, member.name)),
        };
        let is_header = place.starts_with("header");
        self.field(member, place, is_header)
    }

    fn header_place(self, of: Shape<'m>, member: Member<'m>) -> &'m str {
        let shape = member.shape;
        let path = format!("{}.{}", of.name, member.name);
        if let Some(place) = self.overrides.text("member", &path, "place") {
            return place;
        }
        let flag = |key| self.overrides.flag("shape", shape.name, key);
        match () {
            () if flag("lenient") => "header_lenient",
            () if flag("quoted") => "header_quoted",
            () if shape.text("timestampFormat") == Some("iso8601") => "header_iso8601",
            () => "header",
        }
    }

    /// The field of a member that is an element, an attribute or a list of elements.
    pub fn element_field(self, of: Shape<'m>, member: Member<'m>) -> Result<Field, String> {
        let wire = member.wire_name();
        let path = format!("{}.{}", of.name, member.name);
        let place = match self.overrides.text("member", &path, "place") {
            Some(place) => format!("{place}(\"{wire}\")"),
            None if member.is("xmlAttribute") => format!("attribute(\"{wire}\")"),
            None if member.shape.kind() == "list" => self.list_place(member)?,
            None if self.overrides.flag("shape", member.shape.name, "quoted") => {
                format!("quoted(\"{wire}\")")
            }
            None => format!("element(\"{wire}\")"),
        };
        self.field(member, place, false)
    }

    fn list_place(self, member: Member<'m>) -> Result<String, String> {
        let wire = member.wire_name();
        let item = member.shape.item(self.model);
        let (_, item) = item.ok_or_else(|| format!("{}: no list", member.shape.name))?;
        if member.is("flattened") || member.shape.is("flattened") {
            let place = if member.required { "some" } else { "flat" };
            return Ok(format!("{place}(\"{}\")", item.unwrap_or(wire)));
        }
        let wrapper = self.overrides.text("shape", member.shape.name, "wrapper");
        let place = match (member.required, wrapper) {
            (true, _) => "full_list",
            (false, Some("always written")) => "always_list",
            (false, _) => "list",
        };
        Ok(format!("{place}(\"{wire}\", \"{}\")", item.unwrap_or("member")))
    }

    /// The field of a payload member: a document or text.
    pub fn payload_field(self, member: Member<'m>) -> Result<Field, String> {
        let place = match member.shape.kind() {
            "structure" => format!("xml(\"{}\")", member.wire_name()),
            _ => "text_body()".to_owned(),
        };
        self.field(member, place, false)
    }

    fn field(self, member: Member<'m>, place: String, is_header: bool) -> Result<Field, String> {
        let bare = self.rust_type(member.shape)?;
        let collection = bare.starts_with("Vec<") || bare.starts_with("BTreeMap<");
        let optional = !collection && !member.required;
        let scalar = ["String", "Secret", "bool", "i32", "i64"].contains(&bare.as_str());
        let has_default = collection
            || optional
            || scalar
            || member.shape.kind() == "structure" && self.has_default(member.shape)?;
        Ok(Field {
            name: snake_case(member.name),
            rust: if optional { format!("Option<{bare}>") } else { bare },
            place,
            has_default,
            is_header,
        })
    }

    /// Whether a structure inside documents has a default: none of its required fields is a choice.
    pub fn has_default(self, shape: Shape<'m>) -> Result<bool, String> {
        let fields = self.element_fields(shape)?;
        Ok(fields.iter().all(|field| field.has_default))
    }

    /// The fields of a structure inside documents; attributes first, as they are written first.
    pub fn element_fields(self, shape: Shape<'m>) -> Result<Vec<Field>, String> {
        let mut members = shape.members(self.model);
        members.retain(|member| member.location().is_none() && !self.is_skipped(shape, *member));
        members.sort_by_key(|member| !member.is("xmlAttribute"));
        let fields = members.into_iter().map(|m| self.element_field(shape, m));
        fields.collect()
    }

    pub fn rust_type(self, shape: Shape<'m>) -> Result<String, String> {
        if let Some(rust) = self.overrides.text("shape", shape.name, "rust") {
            return Ok(rust.to_owned());
        }
        Ok(match shape.kind() {
            "string" if shape.words().is_some() => format!("enums::{}", shape.name),
            "string" if shape.is("sensitive") => "Secret".to_owned(),
            "string" => "String".to_owned(),
            "boolean" => "bool".to_owned(),
            "integer" => "i32".to_owned(),
            "long" => "i64".to_owned(),
            "timestamp" => "Timestamp".to_owned(),
            "map" => "BTreeMap<String, String>".to_owned(),
            "structure" => format!("shapes::{}", shape.name),
            "list" => {
                let item = shape.item(self.model);
                let (item, _) = item.ok_or_else(|| format!("{}: no list", shape.name))?;
                format!("Vec<{}>", self.rust_type(item)?)
            }
            other => return Err(format!("{}: type {other}", shape.name)),
        })
    }
}
