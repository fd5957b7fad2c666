//! What a process does.

use std::str::FromStr;

/// Which part of the work of a server a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    All,
    /// Answers; leaves what can be done later to others.
    Web,
    /// Does what can be done later; answers only whether it is well.
    Worker,
}

impl Role {
    /// It answers people, apps and other servers.
    pub fn answers(self) -> bool {
        self != Self::Worker
    }

    /// It takes jobs and delivers.
    pub fn works(self) -> bool {
        self != Self::Web
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            "web" => Ok(Self::Web),
            "worker" => Ok(Self::Worker),
            other => Err(format!("it is \"{other}\" but must be \"all\", \"web\" or \"worker\".")),
        }
    }
}
