//! RSA keys, made with the `rsa` crate (once an account), and Ed25519 keys; both used with `ring`.

use super::multikey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{self, Ed25519KeyPair, KeyPair, RsaKeyPair, UnparsedPublicKey};
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey};
use std::fmt;
use std::sync::Arc;

/// Size of the keys we make; what every peer accepts.
const BITS: usize = 2048;
/// Longest PEM looked at; a key of 8192 bits needs about 1500 characters.
const MAX_PEM: usize = 8 * 1024;

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Making a key failed (no randomness).
    #[error("the key could not be made")]
    NotMade,
    /// A private key that is neither RSA nor Ed25519 in PKCS#8.
    #[error("the private key cannot be read")]
    BadPrivateKey,
    /// Not a PEM of a public key.
    #[error("the public key is not a PEM")]
    NotPem,
    /// A PEM whose content is no RSA public key.
    #[error("the public key is not an RSA key")]
    NotRsa,
    /// Fewer than 2048 or more than 8192 bits.
    #[error("the public key has {0} bits; 2048 to 8192 are accepted")]
    Size(usize),
    /// No Multikey of a kind that is read.
    #[error("the public key is no Multikey of a known kind")]
    NotMultikey,
    /// Signing failed.
    #[error("signing failed")]
    Signing,
    /// The signature is not of this key and message.
    #[error("the signature does not match the key")]
    Mismatch,
}

/// Which mathematics a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa,
    /// Ed25519 (RFC 8032).
    Ed25519,
}

impl KeyKind {
    /// From its name in RFC 9421, section 6.2.2; none for what is not accepted.
    pub fn from_algorithm(name: &str) -> Option<Self> {
        match name {
            "rsa-v1_5-sha256" => Some(Self::Rsa),
            "ed25519" => Some(Self::Ed25519),
            _ => None,
        }
    }
}

/// A new key pair.
pub struct GeneratedKey {
    /// Private key, PKCS#8 DER; to be encrypted before it is stored.
    pub private_pkcs8_der: Vec<u8>,
    /// Public key as it stands in the actor document: SPKI PEM with `\n` for RSA, Multikey for Ed25519.
    pub public_pem: String,
}

impl fmt::Debug for GeneratedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratedKey").field("public_pem", &self.public_pem).finish_non_exhaustive()
    }
}

/// Makes an RSA key of 2048 bits. Takes a good part of a second: call it off the async threads.
/// The only place that uses the `rsa` crate; ring cannot make keys, and signs and verifies instead.
pub fn generate_rsa() -> Result<GeneratedKey, KeyError> {
    let key = rsa::PrivateKey::new(&mut rand::rng(), BITS).map_err(|_| KeyError::NotMade)?;
    let private = key.to_pkcs8_der().map_err(|_| KeyError::NotMade)?;
    let public = key.to_public_key().to_public_key_der().map_err(|_| KeyError::NotMade)?;
    Ok(GeneratedKey { private_pkcs8_der: private.as_bytes().to_vec(), public_pem: to_pem(public.as_bytes()) })
}

/// Makes an Ed25519 key. Takes no time worth mentioning.
pub fn generate_ed25519() -> Result<GeneratedKey, KeyError> {
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyError::NotMade)?;
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|_| KeyError::NotMade)?;
    let public_pem = multikey::write(multikey::ED25519, pair.public_key().as_ref());
    Ok(GeneratedKey { private_pkcs8_der: document.as_ref().to_vec(), public_pem })
}

fn to_pem(spki: &[u8]) -> String {
    let encoded = STANDARD.encode(spki);
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = tail;
    }
    pem.push_str("-----END PUBLIC KEY-----\n");
    pem
}

/// A private key ready to sign; cheap to clone.
#[derive(Clone)]
pub struct SigningKey {
    pair: Pair,
}

#[derive(Clone)]
enum Pair {
    Rsa(Arc<RsaKeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

impl SigningKey {
    /// Reads a private key in PKCS#8 DER.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        // Made elsewhere, an Ed25519 key may come without its public half.
        let pair = match RsaKeyPair::from_pkcs8(der) {
            Ok(pair) => Pair::Rsa(Arc::new(pair)),
            Err(_) => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
                .map(|pair| Pair::Ed25519(Arc::new(pair)))
                .map_err(|_| KeyError::BadPrivateKey)?,
        };
        Ok(SigningKey { pair })
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2), or Ed25519 (RFC 8032).
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let pair = match &self.pair {
            Pair::Rsa(pair) => pair,
            Pair::Ed25519(pair) => return Ok(pair.sign(message).as_ref().to_vec()),
        };
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| KeyError::Signing)?;
        Ok(signature)
    }
}

/// A public key of somebody else; cheap to clone.
#[derive(Clone)]
pub struct PublicKey {
    kind: KeyKind,
    /// In the form ring takes: `RSAPublicKey` DER (PKCS#1), or the 32 bytes of Ed25519.
    bytes: Arc<[u8]>,
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?})", self.kind)
    }
}

impl PublicKey {
    /// Reads a key as it stands in an actor document: a PEM or a Multikey.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        if !text.starts_with('z') {
            return Self::from_pem(text);
        }
        let kind = |code| match code {
            multikey::ED25519 => Some(KeyKind::Ed25519),
            multikey::RSA => Some(KeyKind::Rsa),
            _ => None,
        };
        let (code, bytes) = multikey::read(text).ok_or(KeyError::NotMultikey)?;
        Self::from_bytes(kind(code).ok_or(KeyError::NotMultikey)?, &bytes)
    }

    /// Reads `PUBLIC KEY` (SPKI) or `RSA PUBLIC KEY` (PKCS#1); line ends of any kind.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if pem.len() > MAX_PEM {
            return Err(KeyError::NotPem);
        }
        if let Some(der) = pem_body(pem, "RSA PUBLIC KEY") {
            return Self::from_bytes(KeyKind::Rsa, &der);
        }
        let der = pem_body(pem, "PUBLIC KEY").ok_or(KeyError::NotPem)?;
        let pkcs1 = unwrap_spki(&der).ok_or(KeyError::NotRsa)?;
        Self::from_bytes(KeyKind::Rsa, pkcs1)
    }

    /// A key by its bytes, as [`PublicKey`] keeps them.
    fn from_bytes(kind: KeyKind, bytes: &[u8]) -> Result<Self, KeyError> {
        match kind {
            KeyKind::Rsa => {
                let bits = modulus_bits(bytes).ok_or(KeyError::NotRsa)?;
                if !(2048..=8192).contains(&bits) {
                    return Err(KeyError::Size(bits));
                }
            }
            KeyKind::Ed25519 if bytes.len() == signature::ED25519_PUBLIC_KEY_LEN => {}
            KeyKind::Ed25519 => return Err(KeyError::NotMultikey),
        }
        Ok(PublicKey { kind, bytes: bytes.into() })
    }

    /// What it is for.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Checks a signature of this key.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        let algorithm: &dyn signature::VerificationAlgorithm = match self.kind {
            KeyKind::Rsa => &signature::RSA_PKCS1_2048_8192_SHA256,
            KeyKind::Ed25519 => &signature::ED25519,
        };
        UnparsedPublicKey::new(algorithm, &self.bytes[..]).verify(message, signature).map_err(|_| KeyError::Mismatch)
    }
}

fn pem_body(pem: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let compact: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(compact).ok()
}

// The few bytes of DER (X.690) needed to look inside a public key.

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// `rsaEncryption`, 1.2.840.113549.1.1.1 (RFC 8017, appendix A.1).
const RSA_ENCRYPTION: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// Takes one element with the given tag: its content and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&short, mut rest) = rest.split_first()?;
    if first != tag {
        return None;
    }
    let mut length = usize::from(short);
    if short >= 0x80 {
        let count = usize::from(short & 0x7f);
        if !(1..=2).contains(&count) || rest.len() < count {
            return None;
        }
        length = rest[..count].iter().fold(0, |sum, &byte| (sum << 8) | usize::from(byte));
        rest = &rest[count..];
    }
    rest.split_at_checked(length)
}

/// The PKCS#1 key inside a `SubjectPublicKeyInfo`, when it says it is RSA.
fn unwrap_spki(der: &[u8]) -> Option<&[u8]> {
    let (info, _) = element(der, SEQUENCE)?;
    let (algorithm, rest) = element(info, SEQUENCE)?;
    let (oid, _) = element(algorithm, OBJECT_ID)?;
    let (bits, _) = element(rest, BIT_STRING)?;
    let (&unused, key) = bits.split_first()?;
    (oid == RSA_ENCRYPTION && unused == 0).then_some(key)
}

fn modulus_bits(pkcs1: &[u8]) -> Option<usize> {
    let (key, _) = element(pkcs1, SEQUENCE)?;
    let (modulus, _) = element(key, INTEGER)?;
    let first = modulus.iter().position(|&byte| byte != 0)?;
    let significant = &modulus[first..];
    Some(significant.len() * 8 - significant[0].leading_zeros() as usize)
}
