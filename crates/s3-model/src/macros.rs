//! The four forms that the generated tables fill in. A field is one line of such a table: its name,
//! its type, and where it stands on the wire as a method that both directions have.

/// An enum whose variants are AWS's words.
macro_rules! string_enum {
    ($name:ident { $($variant:ident = $text:literal,)* }) => {
        #[doc = concat!("AWS's `", stringify!($name), "`.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($variant,)* }

        impl $name {
            /// Every value, in the model's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            const WORDS: &'static [&'static str] = &[$($text,)*];

            /// AWS's word.
            pub fn as_str(self) -> &'static str {
                Self::WORDS[self as usize]
            }
        }

        impl crate::text::Text for $name {
            const EXPECTED: &'static str = concat!("a value of ", stringify!($name));

            fn parse(text: &str) -> Option<Self> {
                crate::text::position(Self::WORDS, text).map(|i| Self::ALL[i])
            }

            fn to_text(&self) -> std::borrow::Cow<'_, str> {
                std::borrow::Cow::Borrowed(self.as_str())
            }
        }
    };
}

/// A structure inside XML documents.
macro_rules! xml_shape {
    ($(#[$meta:meta])* $name:ident $finish:ident {
        $($field:ident: $type:ty = $place:ident($($arg:expr),*),)*
    }) => {
        #[doc = concat!("AWS's `", stringify!($name), "`.")]
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $(pub $field: $type,)* }

        impl crate::xml::XmlValue for $name {
            fn read(element: crate::xml::Element<'_>) -> Result<Self, crate::DecodeError> {
                let fields = element.fields()?;
                let shape = Self { $($field: fields.$place($($arg),*)?,)* };
                fields.$finish()?;
                Ok(shape)
            }

            fn write(&self, name: &str, writer: &mut crate::xml::XmlWriter<'_>) {
                writer.open(name);
                $(crate::xml::places::$place(writer, &self.$field, $($arg),*);)*
                writer.close(name);
            }
        }
    };
}

/// What an operation takes, apart from a streaming body.
macro_rules! input {
    ($(#[$meta:meta])* $name:ident $scan:ident {
        $($field:ident: $type:ty = $place:ident($($arg:expr),*),)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $(pub $field: $type,)* }

        impl $name {
            /// Reads the input from a request's head and its control body (empty where the body
            /// streams).
            pub fn decode(
                head: &crate::RequestHead<'_>,
                body: &[u8],
            ) -> Result<Self, crate::DecodeError> {
                let source = crate::head::Source::$scan(head, body);
                Ok(Self { $($field: source.$place($($arg),*)?,)* })
            }
        }
    };
}

/// What an operation answers, apart from a streaming body.
macro_rules! output {
    ($(#[$meta:meta])* $name:ident $begin:ident($($root:literal)?) {
        $($field:ident: $type:ty = $place:ident($($arg:expr),*),)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $(pub $field: $type,)* }

        impl $name {
            /// Adds the answer's headers and appends its body. The `Content-Type` of a body and
            /// the framing headers are the caller's.
            pub fn encode(&self, headers: &mut http::HeaderMap, body: &mut Vec<u8>) {
                let mut sink = crate::encode::Sink::$begin(headers, body $(, $root)?);
                $(sink.$place(&self.$field, $($arg),*);)*
                sink.finish();
            }
        }
    };
}

/// The headers that operations know, in the order that [`crate::head`] searches.
macro_rules! header_table {
    ($($variant:ident = $text:literal,)*) => {
        /// A header's position in [`HEADERS`].
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Header { $($variant,)* }

        /// The names, in lower case.
        pub(crate) static HEADERS: [http::HeaderName; [$($text),*].len()] =
            [$(http::HeaderName::from_static($text),)*];

        impl Header {
            /// The name in lower case.
            pub(crate) fn name(self) -> &'static str {
                const NAMES: &[&str] = &[$($text,)*];
                NAMES[self as usize]
            }
        }
    };
}

/// The operations, each with its row.
macro_rules! operations {
    ($($name:ident = (
        $method:literal, $level:expr, $query:expr, $headers:expr, $parameters:expr, $status:literal,
        $body:expr, $checksum:literal, $superseded:expr
    ),)*) => {
        /// Every operation of the service model.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Operation { $($name,)* }

        /// Every operation's row, in the enum's order.
        pub static OPERATIONS: [OperationInfo; [$(Operation::$name),*].len()] = [$(OperationInfo {
            operation: Operation::$name,
            name: stringify!($name),
            method: $method,
            level: $level,
            query: $query,
            headers: $headers,
            parameters: $parameters,
            status: $status,
            body: $body,
            checksum_required: $checksum,
            superseded_by: $superseded,
        },)*];
    };
}
