//! The server's secrets: one file, mode 0600, a secret a line. The first seals private keys; all of them
//! open, so that a new one can be put in front while servers run.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Seals and opens what must not be readable in a stolen database.
#[derive(Clone)]
pub struct Secrets {
    path: PathBuf,
    keys: Arc<RwLock<Vec<LessSafeKey>>>,
}

/// Why the secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("{0} could not be read or written: {1}")]
    Io(String, #[source] std::io::Error),
    #[error("{0} can be read by others (mode {1:o}); run: chmod 600 {0}")]
    TooOpen(String, u32),
    #[error("{0} does not hold a secret of 32 bytes; restore it from your backup")]
    Malformed(String),
    #[error("a sealed value could not be opened: the secret does not belong to this database")]
    Sealed,
    #[error("the system gave no random numbers")]
    NoRandom,
}

/// `N` bytes that nobody can guess.
pub fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0u8; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SecretError::NoRandom)?;
    Ok(bytes)
}

/// `N` random bytes as lower-case hexadecimal digits.
pub fn random_hex<const N: usize>() -> Result<String, SecretError> {
    Ok(hex(&random::<N>()?))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

/// SHA-256: how tokens are kept.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA256, bytes).as_ref().to_vec()
}

impl Secrets {
    /// Reads the secret at `path`, or makes one.
    pub fn load(path: &Path) -> Result<Self, SecretError> {
        Ok(Self { path: path.to_owned(), keys: Arc::new(RwLock::new(read(path)?)) })
    }

    /// Puts a new secret in front of the one that seals now. Servers that run learn of it when they
    /// meet what it sealed; older ones than the two are forgotten.
    pub fn rotate(&self) -> Result<(), SecretError> {
        let name = self.path.display().to_string();
        let text = std::fs::read_to_string(&self.path).map_err(|e| SecretError::Io(name.clone(), e))?;
        let now =
            text.lines().map(str::trim).find(|line| !line.is_empty()).ok_or(SecretError::Malformed(name.clone()))?;
        let both = format!("{}\n{now}\n", STANDARD.encode(random::<32>()?));
        write(&self.path, &both).map_err(|e| SecretError::Io(name, e))?;
        self.read_again()
    }

    fn read_again(&self) -> Result<(), SecretError> {
        let keys = read(&self.path)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Seals `plain`; the nonce stands in front.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, SecretError> {
        let nonce = random::<NONCE_LEN>()?;
        let mut sealed = plain.to_vec();
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let newest = keys.first().ok_or(SecretError::Sealed)?;
        newest
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .map_err(|_| SecretError::NoRandom)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what [`Self::seal`] made, also with a secret that was put in after this server started.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SecretError> {
        self.try_open(sealed).or_else(|_| {
            self.read_again()?;
            self.try_open(sealed)
        })
    }

    fn try_open(&self, sealed: &[u8]) -> Result<Vec<u8>, SecretError> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(SecretError::Sealed)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let opened = keys.iter().find_map(|key| {
            let mut rest = rest.to_vec();
            let plain = key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut rest).ok()?;
            Some(plain.to_vec())
        });
        opened.ok_or(SecretError::Sealed)
    }
}

/// Every secret in the file, which is made if it is not there.
fn read(path: &Path) -> Result<Vec<LessSafeKey>, SecretError> {
    let name = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => {
            let mode =
                std::fs::metadata(path).map_err(|e| SecretError::Io(name.clone(), e))?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(SecretError::TooOpen(name, mode));
            }
            text
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => create(path).map_err(|e| match e {
            Ok(io) => SecretError::Io(name.clone(), io),
            Err(other) => other,
        })?,
        Err(e) => return Err(SecretError::Io(name, e)),
    };
    let keys = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(key).collect::<Option<Vec<_>>>();
    keys.filter(|keys| !keys.is_empty()).ok_or(SecretError::Malformed(name))
}

/// A secret of 32 bytes in base64, none that somebody made up for an example.
fn key(line: &str) -> Option<LessSafeKey> {
    let bytes = STANDARD.decode(line).ok()?;
    let repeated = bytes.first().is_some_and(|first| bytes.iter().all(|b| b == first));
    UnboundKey::new(&AES_256_GCM, &bytes).ok().filter(|_| !repeated).map(LessSafeKey::new)
}

fn create(path: &Path) -> Result<String, Result<std::io::Error, SecretError>> {
    let text = STANDARD.encode(random::<32>().map_err(Err)?);
    write(path, &text).map_err(Ok)?;
    Ok(text)
}

/// Puts a file of secrets at `path`: under its name only when it is whole, because half a secret would stop every
/// later start.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let half = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&half, path)
}
