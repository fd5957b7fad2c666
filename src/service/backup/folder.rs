//! A folder that has its name only when everything is in it and on the disk.

use super::BackupError;
use crate::secrets::hex;
use ring::digest::{Context, SHA256};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A folder that is being filled; gone with its value if it was not finished.
pub(super) struct NewFolder {
    pub path: PathBuf,
    becomes: PathBuf,
    /// Others stay away as long as it is open.
    held: File,
    finished: bool,
}

impl NewFolder {
    /// Takes the place of one that another run did not finish.
    pub fn begin(becomes: &Path) -> Result<Self, BackupError> {
        let name = || becomes.display().to_string();
        if becomes.exists() {
            return Err(BackupError::Exists(name()));
        }
        let mut path = becomes.as_os_str().to_owned();
        path.push(".unfinished");
        let path = PathBuf::from(path);
        if path.exists() {
            let left = File::open(&path).map_err(BackupError::file(&path))?;
            if left.try_lock().is_err() {
                return Err(BackupError::Busy(name()));
            }
            std::fs::remove_dir_all(&path).map_err(BackupError::file(&path))?;
        }
        DirBuilder::new().mode(0o700).create(&path).map_err(BackupError::file(&path))?;
        let held = File::open(&path).map_err(BackupError::file(&path))?;
        held.try_lock().map_err(|_| BackupError::Busy(name()))?;
        Ok(Self { path, becomes: becomes.to_owned(), held, finished: false })
    }

    /// Puts a file into it; SHA-256 of what is in it.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<String, BackupError> {
        let path = self.path.join(name);
        let written = || {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        written().map_err(BackupError::file(&path))?;
        sum(&path)
    }

    /// All that is in it stays, under its name.
    pub fn finish(mut self) -> Result<(), BackupError> {
        let failed = BackupError::file(&self.becomes);
        let mut finished = || {
            self.held.sync_all()?;
            std::fs::rename(&self.path, &self.becomes)?;
            self.finished = true;
            let above = self.becomes.parent().filter(|above| !above.as_os_str().is_empty());
            File::open(above.unwrap_or(Path::new(".")))?.sync_all()
        };
        finished().map_err(failed)
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.finished {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// SHA-256 of a file in hexadecimal digits.
pub(super) fn sum(path: &Path) -> Result<String, BackupError> {
    let summed = || -> io::Result<String> {
        let (mut file, mut sum, mut part) = (File::open(path)?, Context::new(&SHA256), vec![0; 64 * 1024]);
        loop {
            let length = file.read(&mut part)?;
            match part.get(..length) {
                Some([]) | None => return Ok(hex(sum.finish().as_ref())),
                Some(read) => sum.update(read),
            }
        }
    };
    summed().map_err(BackupError::file(path))
}
