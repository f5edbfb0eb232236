//! The forms that the generated tables fill in.

/// A structure that crosses the wire: read from forms, written to documents, or both. A member is
/// its field, its name on the wire and, where it is read, what the model demands of it.
macro_rules! shape {
    ($(#[$meta:meta])* $name:ident [$($mark:ident)*] $members:tt) => {
        shape!(@structure $(#[$meta])* $name $members);
        $(shape!(@$mark $name $members);)*
    };
    (@structure $(#[$meta:meta])* $name:ident {
        $($field:ident: $type:ty = $wire:literal $(, $constraint:expr)?;)*
    }) => {
        #[doc = concat!("AWS's `", stringify!($name), "`.")]
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $(pub $field: $type,)* }
    };
    (@read $name:ident {
        $($field:ident: $type:ty = $wire:literal, $constraint:expr;)*
    }) => {
        impl crate::form::Value for $name {
            fn read(
                reader: &mut crate::form::Reader<'_>,
                _: &crate::constraint::Constraint,
            ) -> Option<Self> {
                let _ = &reader;
                // All are read before one that is missing ends it: each is told of.
                $(let $field: Option<$type> = reader.member($wire, $constraint);)*
                Some(Self { $($field: $field?,)* })
            }
        }
    };
    (@write $name:ident {
        $($field:ident: $type:ty = $wire:literal $(, $constraint:expr)?;)*
    }) => {
        impl crate::value::Output for $name {
            fn write(&self, writer: &mut larder_s3_model::xml::XmlWriter<'_>) {
                let _ = &writer;
                $(crate::value::write_member(writer, $wire, &self.$field);)*
            }
        }
    };
}

/// The operations of all services.
macro_rules! operations {
    ($($name:ident = $service:ident, $action:literal;)*) => {
        /// Every operation of the service models. No two services have one of the same name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Operation { $($name,)* }

        /// Every operation's row, in the enum's order.
        pub static OPERATIONS: [OperationInfo; [$(Operation::$name),*].len()] = [$(OperationInfo {
            operation: Operation::$name,
            service: Service::$service,
            name: stringify!($name),
            action: $action,
        },)*];
    };
}

/// Error codes with their HTTP statuses.
macro_rules! error_codes {
    (
        $(#[$meta:meta])*
        $enum:ident
        $($variant:ident = $code:literal, $status:literal;)*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $enum { $(#[doc = concat!("`", $code, "`.")] $variant,)* }

        impl $enum {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The text of `Code`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }
        }
    };
}
