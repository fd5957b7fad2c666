//! Why the store did not do what it was asked.

use std::error::Error;
use std::io;

/// Why the store did not do what it was asked. A missing object is no error: it is `None`.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The store cannot be reached or does not work just now; later it may.
    #[error("the media store is not available")]
    Unavailable { source: Box<dyn Error + Send + Sync> },
    /// The store answers, and says no: rights, a missing bucket, wrong keys. The operator must act.
    #[error("the media store refuses")]
    Refused { source: Box<dyn Error + Send + Sync> },
    /// No room is left.
    #[error("the media store is full")]
    Full { source: Box<dyn Error + Send + Sync> },
    /// The file to be stored could not be read.
    #[error("the file to be stored could not be read")]
    Source { source: io::Error },
    /// The range asked for begins at or behind the end, or is empty.
    #[error("the object has {len} bytes, none of them in the range asked for")]
    OutOfRange { len: u64 },
}

impl From<io::Error> for BlobError {
    fn from(source: io::Error) -> Self {
        use io::ErrorKind::{NotADirectory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        match source.kind() {
            StorageFull | QuotaExceeded => Self::Full { source: source.into() },
            PermissionDenied | ReadOnlyFilesystem | NotADirectory => Self::Refused { source: source.into() },
            _ => Self::Unavailable { source: source.into() },
        }
    }
}
