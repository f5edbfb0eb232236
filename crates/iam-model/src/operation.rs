//! Operations and the services that they belong to.

use crate::generated::operations::{OPERATIONS, Operation};

/// A service whose API is a query API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Identity and Access Management.
    Iam,
    /// The Security Token Service.
    Sts,
}

/// An operation's row.
#[derive(Debug)]
pub struct OperationInfo {
    /// The operation.
    pub operation: Operation,
    /// Whose it is.
    pub service: Service,
    /// AWS's name: the value of `Action`.
    pub name: &'static str,
    /// The action that policies name for it: `iam:CreateUser`.
    pub action: &'static str,
}

impl Service {
    /// Every service.
    pub const ALL: [Self; 2] = [Self::Iam, Self::Sts];

    /// The name in the scope of a signature and before the colon of an action.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
        }
    }

    /// The version of the API: the value of `Version`.
    pub fn version(self) -> &'static str {
        match self {
            Self::Iam => "2010-05-08",
            Self::Sts => "2011-06-15",
        }
    }

    /// The namespace of its documents.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        }
    }
}

impl Operation {
    /// The operation of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        OPERATIONS.iter().find(|info| info.name == name).map(|info| info.operation)
    }

    /// Its row.
    pub fn info(self) -> &'static OperationInfo {
        &OPERATIONS[self as usize]
    }

    /// AWS's name.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// Whose it is.
    pub fn service(self) -> Service {
        self.info().service
    }

    /// Its page of AWS's reference.
    pub fn documentation_url(self) -> String {
        let guide = match self.service() {
            Service::Iam => "IAM",
            Service::Sts => "STS",
        };
        format!("https://docs.aws.amazon.com/{guide}/latest/APIReference/API_{}.html", self.name())
    }
}
