//! What an inbox takes, and what it does not (fact sheet 9.2, D; R001–R029).

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod authority;
mod load;
mod malformed;
mod rfc9421;
mod signatures;
