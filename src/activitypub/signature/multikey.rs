//! Multikeys: public keys as base58 text that says itself what kind they are (W3C Controlled
//! Identifiers, section 2.2.2; FEP-521a).

/// Bitcoin's alphabet, which multibase calls `z`.
const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// `ed25519-pub` in the multicodec table, as a varint.
pub const ED25519: [u8; 2] = [0xed, 0x01];
/// `rsa-pub`, whose content is a PKCS#1 key.
pub const RSA: [u8; 2] = [0x85, 0x24];
/// Longest text read; a key of 8192 bits needs about 1410 characters.
const MAX_TEXT: usize = 1_500;

/// A key of this kind as text.
pub fn write(kind: [u8; 2], key: &[u8]) -> String {
    format!("z{}", encode(&[&kind, key].concat()))
}

/// The kind of a Multikey, and its bytes.
pub fn read(text: &str) -> Option<([u8; 2], Vec<u8>)> {
    let base58 = text.strip_prefix('z').filter(|_| text.len() <= MAX_TEXT)?;
    let bytes = decode(base58)?;
    let (kind, key) = bytes.split_first_chunk()?;
    Some((*kind, key.to_vec()))
}

/// Leading zeros stand as `1`, one each; the rest is one big number.
fn encode(bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut digits: Vec<u8> = Vec::new();
    for &byte in bytes {
        let mut carry = u32::from(byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    let number = digits.iter().rev().map(|digit| char::from(ALPHABET[usize::from(*digit)]));
    std::iter::repeat_n('1', zeros).chain(number).collect()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let zeros = text.bytes().take_while(|c| *c == b'1').count();
    let mut bytes: Vec<u8> = Vec::new();
    for c in text.bytes() {
        let mut carry = u32::try_from(ALPHABET.iter().position(|known| *known == c)?).ok()?;
        for byte in &mut bytes {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push((carry & 0xff) as u8);
            carry >>= 8;
        }
    }
    bytes.extend(std::iter::repeat_n(0, zeros));
    bytes.reverse();
    Some(bytes)
}
