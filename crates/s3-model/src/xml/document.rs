//! A small document tree over quick-xml's tokens: bounded in bytes, elements and depth.

use super::{
    ATTRIBUTE_BYTES_MAX, ATTRIBUTES_MAX, BODY_BYTES_MAX, DEPTH_MAX, ELEMENTS_MAX, Fields, can_hold,
    elements_max,
};
use crate::error::DecodeError;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use std::borrow::Cow;

/// A parsed document. Names and attributes stay slices of the body; text does where it can.
pub struct Document<'a> {
    nodes: Vec<Node<'a>>,
}

/// Memory of an element, in bytes.
pub(super) const NODE_BYTES: usize = size_of::<Node<'_>>();

struct Node<'a> {
    start: BytesStart<'a>,
    text: Cow<'a, str>,
    children: u32,
    /// Positions in `nodes`; 0, the root's own, means none.
    first_child: u32,
    next_sibling: u32,
}

/// An element of a document.
#[derive(Clone, Copy)]
pub struct Element<'d> {
    nodes: &'d [Node<'d>],
    index: usize,
}

impl<'a> Document<'a> {
    /// Parses a body. DTDs are refused, with them every entity but XML's own five.
    pub fn parse(body: &'a [u8]) -> Result<Self, DecodeError> {
        if body.len() > BODY_BYTES_MAX {
            return Err(DecodeError::XmlTooLarge { limit: "BODY_BYTES_MAX", max: BODY_BYTES_MAX });
        }
        let text = std::str::from_utf8(body)
            .map_err(|error| DecodeError::malformed(format!("not UTF-8: {error}")))?;
        // The reader lets them pass, and nobody could read the answer that shows them again. AWS
        // refuses such a body, too; a key with such a character is named by a reference, `&#x1;`.
        if !can_hold(text) {
            return Err(DecodeError::malformed("a character that XML 1.0 does not allow"));
        }
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
        // Made for all elements at once: a growing vector would be there twice.
        let nodes = Vec::with_capacity(elements_max(body));
        let mut builder = Builder { nodes, open: Vec::new() };
        loop {
            let event =
                reader.read_event().map_err(|error| DecodeError::malformed(error.to_string()))?;
            if let Event::Eof = event {
                return builder.finish();
            }
            builder.accept(event)?;
        }
    }

    /// The root element.
    pub fn root(&self) -> Element<'_> {
        Element { nodes: &self.nodes, index: 0 }
    }
}

struct Builder<'a> {
    nodes: Vec<Node<'a>>,
    /// The open elements, each with its last child so far.
    open: Vec<(usize, usize)>,
}

impl<'a> Builder<'a> {
    fn accept(&mut self, event: Event<'a>) -> Result<(), DecodeError> {
        match event {
            Event::Start(start) => self.open(start),
            Event::Empty(start) => {
                self.open(start)?;
                self.close()
            }
            Event::End(_) => self.close(),
            Event::Text(text) => self.text(text.xml10_content()),
            Event::CData(text) => self.text(text.xml10_content()),
            Event::GeneralRef(reference) => {
                let text = resolve(&reference)?;
                self.text(text)
            }
            Event::DocType(_) => Err(DecodeError::malformed("a DOCTYPE is not allowed")),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn open(&mut self, start: BytesStart<'a>) -> Result<(), DecodeError> {
        let index = self.nodes.len();
        if self.open.len() == DEPTH_MAX {
            return Err(DecodeError::XmlTooDeep { max: DEPTH_MAX });
        }
        if index == ELEMENTS_MAX {
            return Err(DecodeError::XmlTooLarge { limit: "ELEMENTS_MAX", max: ELEMENTS_MAX });
        }
        if start.attributes_raw().len() > ATTRIBUTE_BYTES_MAX {
            return Err(DecodeError::XmlTooLarge {
                limit: "ATTRIBUTE_BYTES_MAX",
                max: ATTRIBUTE_BYTES_MAX,
            });
        }
        check_attributes(&start)?;
        match self.open.last_mut() {
            Some((parent, last_child)) => {
                let position = index as u32;
                match *last_child {
                    0 => self.nodes[*parent].first_child = position,
                    last => self.nodes[last].next_sibling = position,
                }
                *last_child = index;
                self.nodes[*parent].children += 1;
            }
            None if index > 0 => return Err(DecodeError::malformed("more than one root")),
            None => {}
        }
        self.nodes.push(Node {
            start,
            text: Cow::Borrowed(""),
            children: 0,
            first_child: 0,
            next_sibling: 0,
        });
        self.open.push((index, 0));
        Ok(())
    }

    fn close(&mut self) -> Result<(), DecodeError> {
        let (index, _) = self
            .open
            .pop()
            .ok_or_else(|| DecodeError::malformed("an end tag without a start tag"))?;
        let node = &mut self.nodes[index];
        if node.children > 0 {
            if !node.text.trim().is_empty() {
                let name = node.start.name().as_ref().to_owned();
                return Err(DecodeError::malformed(format!(
                    "<{name}> holds both text and elements"
                )));
            }
            node.text = Cow::Borrowed("");
        }
        Ok(())
    }

    fn text(&mut self, text: Cow<'a, str>) -> Result<(), DecodeError> {
        let Some((index, _)) = self.open.last() else {
            return if text.trim().is_empty() {
                Ok(())
            } else {
                Err(DecodeError::malformed("text outside of the root"))
            };
        };
        let node = &mut self.nodes[*index];
        if node.text.is_empty() {
            node.text = text;
        } else {
            node.text.to_mut().push_str(&text);
        }
        Ok(())
    }

    fn finish(self) -> Result<Document<'a>, DecodeError> {
        if !self.open.is_empty() || self.nodes.is_empty() {
            return Err(DecodeError::malformed("the document ends too early"));
        }
        Ok(Document { nodes: self.nodes })
    }
}

/// Each attribute is well formed, and none is there twice. The reader's own check compares without
/// a limit.
fn check_attributes(start: &BytesStart<'_>) -> Result<(), DecodeError> {
    let mut names = [""; ATTRIBUTES_MAX];
    let mut attributes = start.attributes();
    for (count, attribute) in attributes.with_checks(false).enumerate() {
        let attribute = attribute.map_err(|error| DecodeError::malformed(error.to_string()))?;
        let name = attribute.key.into_inner();
        if count == ATTRIBUTES_MAX {
            return Err(DecodeError::malformed(format!(
                "an element has more than {ATTRIBUTES_MAX} attributes"
            )));
        }
        if names[..count].contains(&name) {
            return Err(DecodeError::malformed(format!("the attribute {name} is there twice")));
        }
        names[count] = name;
    }
    Ok(())
}

fn resolve<'a>(reference: &BytesRef<'a>) -> Result<Cow<'a, str>, DecodeError> {
    let bad = || DecodeError::malformed(format!("unknown reference &{};", &**reference));
    if reference.is_char_ref() {
        let character = reference.resolve_char_ref().map_err(|_| bad())?;
        return Ok(Cow::Owned(character.ok_or_else(bad)?.to_string()));
    }
    resolve_xml_entity(reference).map(Cow::Borrowed).ok_or_else(bad)
}

impl<'d> Element<'d> {
    fn node(self) -> &'d Node<'d> {
        &self.nodes[self.index]
    }

    /// The name without its namespace prefix.
    pub fn name(self) -> &'d str {
        self.node().start.local_name().into_inner()
    }

    /// The text as it stands; empty in an element that holds elements.
    pub fn text(self) -> &'d str {
        &self.node().text
    }

    /// How many elements it holds.
    pub fn child_count(self) -> usize {
        self.node().children as usize
    }

    /// The elements it holds, in their order.
    pub fn children(self) -> impl Iterator<Item = Element<'d>> {
        let at = move |index: u32| {
            (index > 0).then_some(Element { nodes: self.nodes, index: index as usize })
        };
        std::iter::successors(at(self.node().first_child), move |element| {
            at(element.node().next_sibling)
        })
    }

    /// The value of the attribute with this name, prefixes aside.
    pub fn attribute(self, name: &str) -> Option<Cow<'d, str>> {
        let local = name.rsplit(':').next().unwrap_or(name);
        let is_declaration = |prefix: Option<_>| prefix.is_some_and(|p| p == "xmlns");
        self.node()
            .start
            .attributes()
            .flatten()
            .find(|a| {
                a.key.local_name().into_inner() == local
                    && !is_declaration(a.key.prefix().map(|p| p.into_inner()))
            })
            .and_then(|a| a.normalized_value(XmlVersion::Implicit1_0).ok())
    }

    /// The element read as a structure; text of its own is refused.
    pub fn fields(self) -> Result<Fields<'d>, DecodeError> {
        if !self.text().trim().is_empty() {
            return Err(DecodeError::malformed(format!(
                "<{}> holds text instead of elements",
                self.name()
            )));
        }
        Ok(Fields::new(self))
    }
}
