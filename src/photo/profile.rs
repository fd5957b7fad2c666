//! ICC profiles (ICC.1:2022): the two we write ourselves, telling them when others write them, and
//! taking the words out of one that is kept.

use std::sync::LazyLock;

use moxcms::{ColorProfile, DataColorSpace, ProfileText, ToneReprCurve};

use super::limits::{MAX_ICC_CMYK, MAX_ICC_TAGS};

/// Colorants relative to the white of the profile connection space, in 1/65536: X, Y and Z of red, green
/// and blue. From the chromaticities of IEC 61966-2-1 and of SMPTE RP 431-2, white D65 in both, adapted
/// to D50 with the Bradford matrix.
type Colorants = [[i32; 3]; 3];

const SRGB: Colorants = [[28_576, 14_581, 912], [25_239, 46_983, 6_361], [9_375, 3_972, 46_787]];
const DISPLAY_P3: Colorants = [[33_759, 15_807, -69], [19_135, 45_367, 2_745], [10_296, 4_363, 51_385]];
/// Primaries of Adobe RGB (1998), adapted alike.
const ADOBE_RGB: Colorants = [[39_960, 20_389, 1_276], [13_453, 41_004, 3_989], [9_777, 4_143, 48_796]];
const D50: [i32; 3] = [63_190, 65_536, 54_061];
/// From D65 to D50.
const ADAPTATION: [i32; 9] = [68_674, 1_502, -3_291, 1_939, 64_912, -1_119, -606, 988, 49_262];

static SRGB_ICC: LazyLock<Vec<u8>> = LazyLock::new(|| minimal("sRGB", &SRGB, &srgb_curve()));
static DISPLAY_P3_ICC: LazyLock<Vec<u8>> = LazyLock::new(|| minimal("Display P3", &DISPLAY_P3, &srgb_curve()));
/// The curve is a power of 2.19921875, in 256ths.
static ADOBE_RGB_ICC: LazyLock<Vec<u8>> =
    LazyLock::new(|| minimal("Adobe RGB (1998) compatible", &ADOBE_RGB, b"curv\0\0\0\0\0\0\0\x01\x02\x33"));

/// Our own sRGB profile, about 500 bytes: its name, and "CC0" where the format asks for a copyright.
pub fn srgb() -> &'static [u8] {
    &SRGB_ICC
}

/// Our own Display P3 profile, made as [`srgb`].
pub fn display_p3() -> &'static [u8] {
    &DISPLAY_P3_ICC
}

/// A profile for originals that say they are Adobe RGB and embed none, made as [`srgb`].
pub(super) fn adobe_rgb() -> &'static [u8] {
    &ADOBE_RGB_ICC
}

/// Whether a profile means sRGB, whatever it calls itself: the same primaries within 0.001, the same
/// curve within 1/1024 at 17 points, and no tables beside them.
pub fn is_srgb(icc: &[u8]) -> bool {
    parsed(icc).is_some_and(|profile| is_like(&profile, &SRGB))
}

/// Whether a profile means Display P3; see [`is_srgb`].
pub fn is_display_p3(icc: &[u8]) -> bool {
    parsed(icc).is_some_and(|profile| is_like(&profile, &DISPLAY_P3))
}

/// What a profile is called, for people: those of ours by what they mean, others by their own word.
pub(super) fn name(icc: &[u8]) -> String {
    /// Characters of a profile's own word.
    const MOST: usize = 60;
    if is_srgb(icc) {
        return "sRGB".to_owned();
    }
    if is_display_p3(icc) {
        return "Display P3".to_owned();
    }
    let own = match parsed(icc).and_then(|profile| profile.description) {
        Some(ProfileText::PlainString(text)) => text,
        Some(ProfileText::Description(text)) => text.ascii_string,
        Some(ProfileText::Localizable(texts)) => texts.into_iter().next().map(|text| text.value).unwrap_or_default(),
        None => String::new(),
    };
    let own: String = own.chars().filter(|c| !c.is_control()).take(MOST).collect();
    if own.trim().is_empty() { "a profile without a name".to_owned() } else { own.trim().to_owned() }
}

/// Reads a profile of a bounded size with a bounded number of tags.
pub(super) fn parsed(icc: &[u8]) -> Option<ColorProfile> {
    let tags = u32::from_be_bytes(*icc.get(128..)?.first_chunk()?);
    (tags <= MAX_ICC_TAGS && icc.len() <= MAX_ICC_CMYK).then(|| ColorProfile::new_from_slice(icc).ok())?
}

fn is_like(profile: &ColorProfile, colorants: &Colorants) -> bool {
    let tables = [&profile.lut_a_to_b_perceptual, &profile.lut_a_to_b_colorimetric, &profile.lut_a_to_b_saturation];
    let own = [profile.red_colorant, profile.green_colorant, profile.blue_colorant];
    let near = |value: f64, wanted: i32| (value - f64::from(wanted) / 65_536.0).abs() < 0.001;
    let primaries =
        own.iter().zip(colorants).all(|(own, &[x, y, z])| near(own.x, x) && near(own.y, y) && near(own.z, z));
    let curves = [&profile.red_trc, &profile.green_trc, &profile.blue_trc];
    profile.color_space == DataColorSpace::Rgb
        && profile.pcs == DataColorSpace::Xyz
        && tables.iter().all(|table| table.is_none())
        && primaries
        && curves.iter().all(|curve| curve.as_ref().is_some_and(is_srgb_curve))
}

fn is_srgb_curve(curve: &ToneReprCurve) -> bool {
    (0..=16).map(|step| f64::from(step) / 16.0).all(|value| {
        let wanted = if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
        light(curve, value).is_some_and(|light| (light - wanted).abs() < 1.0 / 1024.0)
    })
}

/// The light a coded value stands for (ICC.1, 10.6 and 10.18).
fn light(curve: &ToneReprCurve, value: f64) -> Option<f64> {
    let number = |x: f32| f64::from(x);
    match curve {
        ToneReprCurve::Lut(table) => match table.as_slice() {
            [] => Some(value),
            &[gamma] => Some(value.powf(f64::from(gamma) / 256.0)),
            table => {
                let at = value * (table.len() - 1) as f64;
                let below = table.get(at as usize)?;
                let above = table.get(at.ceil() as usize)?;
                let (below, above) = (f64::from(*below), f64::from(*above));
                Some((below + (above - below) * at.fract()) / 65_535.0)
            }
        },
        ToneReprCurve::Parametric(parameters) => {
            let (g, a, b, c, d, e, f) = match *parameters.as_slice() {
                [g] => (g, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
                [g, a, b] => (g, a, b, 0.0, -b / a, 0.0, 0.0),
                [g, a, b, c] => (g, a, b, 0.0, -b / a, c, c),
                [g, a, b, c, d] => (g, a, b, c, d, 0.0, 0.0),
                [g, a, b, c, d, e, f] => (g, a, b, c, d, e, f),
                _ => return None,
            };
            Some(if value >= number(d) {
                (number(a) * value + number(b)).powf(number(g)) + number(e)
            } else {
                number(c) * value + number(f)
            })
        }
    }
}

/// 2.4, 1/1.055, 0.055/1.055, 1/12.92 and 0.04045 of IEC 61966-2-1, as the fourth kind of curve.
fn srgb_curve() -> Vec<u8> {
    [b"para\0\0\0\0\0\x03\0\0".to_vec(), fixed(&[157_286, 62_119, 3_417, 5_072, 2_651])].concat()
}

/// Points of CIE 1931 (x, y) that tell what the numbers of a picture mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chromaticities {
    pub white: [f64; 2],
    /// Red, green, blue.
    pub primaries: [[f64; 2]; 3],
}

impl Chromaticities {
    /// Those of ITU-R BT.709, which sRGB has.
    pub(super) const SRGB: Self =
        Self { white: [0.3127, 0.3290], primaries: [[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]] };
}

/// A profile for pictures that tell their colours in numbers: `exponent` is that of their display. `None`
/// if no display can be so.
pub(super) fn of_numbers(points: &Chromaticities, exponent: f64, grey: bool) -> Option<Vec<u8>> {
    if !(0.2..=10.0).contains(&exponent) {
        return None;
    }
    let curve = [&b"para\0\0\0\0\0\0\0\0"[..], &fixed(&[in_fixed(exponent)?])].concat();
    if grey {
        let words = [(*b"desc", text("Grey")), (*b"cprt", text("CC0"))];
        let tags = words.into_iter().chain([(*b"wtpt", xyz(&D50)), (*b"kTRC", curve)]).collect::<Vec<_>>();
        return Some(assemble(*b"mntrGRAYXYZ ", 0x0430_0000, 1, &tags));
    }
    Some(minimal("Numbers", &colorants(points)?, &curve))
}

/// Where the primaries lie once their white is that of the connection space (ICC.1, annex E: Bradford).
fn colorants(points: &Chromaticities) -> Option<Colorants> {
    const BRADFORD: Matrix = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];
    let white = at(points.white)?;
    let [red, green, blue] = points.primaries.map(at);
    let columns = transposed([red?, green?, blue?]);
    let amounts = applied(&inverse(&columns)?, white);
    let d50 = D50.map(|value| f64::from(value) / 65_536.0);
    let (from, to) = (applied(&BRADFORD, white), applied(&BRADFORD, d50));
    let back = inverse(&BRADFORD)?;
    let mut found = Colorants::default();
    for (colorant, (primary, amount)) in found.iter_mut().zip(transposed(columns).into_iter().zip(amounts)) {
        let cone = applied(&BRADFORD, primary.map(|value| value * amount));
        let adapted: [f64; 3] = std::array::from_fn(|i| cone[i] * to[i] / from[i]);
        for (value, exact) in colorant.iter_mut().zip(applied(&back, adapted)) {
            *value = in_fixed(exact)?;
        }
    }
    Some(found)
}

type Matrix = [[f64; 3]; 3];

/// X, Y and Z of a point, Y being 1. Points that are no colours of light have none.
fn at([x, y]: [f64; 2]) -> Option<[f64; 3]> {
    ((0.0..=1.0).contains(&x) && (0.001..=1.0).contains(&y)).then(|| [x / y, 1.0, (1.0 - x - y) / y])
}

fn in_fixed(value: f64) -> Option<i32> {
    (value.abs() < 16.0).then(|| (value * 65_536.0).round() as i32)
}

fn transposed(m: Matrix) -> Matrix {
    std::array::from_fn(|row| std::array::from_fn(|column| m[column][row]))
}

fn applied(m: &Matrix, v: [f64; 3]) -> [f64; 3] {
    m.map(|[a, b, c]| a * v[0] + b * v[1] + c * v[2])
}

fn inverse(m: &Matrix) -> Option<Matrix> {
    let minor = |row: usize, column: usize| {
        let (r, c) = ([(row + 1) % 3, (row + 2) % 3], [(column + 1) % 3, (column + 2) % 3]);
        m[r[0]][c[0]] * m[r[1]][c[1]] - m[r[0]][c[1]] * m[r[1]][c[0]]
    };
    let determinant: f64 = (0..3).map(|column| m[0][column] * minor(0, column)).sum();
    (determinant.abs() > 1e-6)
        .then(|| std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row) / determinant)))
}

/// A display profile of version 4 with a name, primaries and a curve.
fn minimal(name: &str, colorants: &Colorants, curve: &[u8]) -> Vec<u8> {
    let mut tags = vec![
        (*b"desc", text(name)),
        (*b"cprt", text("CC0")),
        (*b"wtpt", xyz(&D50)),
        (*b"chad", [b"sf32\0\0\0\0".to_vec(), fixed(&ADAPTATION)].concat()),
    ];
    tags.extend([*b"rXYZ", *b"gXYZ", *b"bXYZ"].into_iter().zip(colorants.iter().map(xyz)));
    tags.extend([*b"rTRC", *b"gTRC", *b"bTRC"].map(|name| (name, curve.to_vec())));
    assemble(*b"mntrRGB XYZ ", 0x0430_0000, 1, &tags)
}

fn xyz(value: &[i32; 3]) -> Vec<u8> {
    [b"XYZ \0\0\0\0".to_vec(), fixed(value)].concat()
}

fn fixed(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

/// A text in one language, as version 4 writes it.
fn text(words: &str) -> Vec<u8> {
    let letters: Vec<u8> = words.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let length = u32::try_from(letters.len()).unwrap_or(0).to_be_bytes();
    [&b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS"[..], &length, &28u32.to_be_bytes(), &letters].concat()
}

/// A text as version 2 writes it: the first kind of a description, the second of a copyright.
fn old_text(tag: [u8; 4], words: &str) -> Vec<u8> {
    if tag == *b"cprt" {
        return [b"text\0\0\0\0", words.as_bytes(), b"\0"].concat();
    }
    let length = u32::try_from(words.len() + 1).unwrap_or(0).to_be_bytes();
    [b"desc\0\0\0\0", &length[..], words.as_bytes(), &[0; 1 + 8 + 3 + 67]].concat()
}

/// A whole profile. `kinds`: class, colour space and connection space. Equal data is stored once.
pub(super) fn assemble(kinds: [u8; 12], version: u32, intent: u32, tags: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let start = 128 + 4 + 12 * tags.len();
    let (mut table, mut body): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut stored: Vec<(&[u8], usize)> = Vec::new();
    for (name, data) in tags {
        let known = stored.iter().find(|(other, _)| other == data).map(|&(_, at)| at);
        let at = known.unwrap_or_else(|| {
            let at = start + body.len();
            body.extend(data);
            body.resize(body.len().next_multiple_of(4), 0);
            stored.push((data, at));
            at
        });
        table.extend(name);
        table.extend(size(at));
        table.extend(size(data.len()));
    }
    let mut icc = [size(start + body.len()), [0; 4], version.to_be_bytes()].concat();
    icc.extend(kinds);
    // A date is asked for; ours says nothing.
    icc.extend([7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    icc.extend(b"acsp");
    icc.resize(64, 0);
    icc.extend(intent.to_be_bytes());
    icc.extend(fixed(&D50));
    icc.resize(128, 0);
    icc.extend(size(tags.len()));
    icc.extend(table);
    icc.extend(body);
    icc
}

fn size(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes()
}

/// The same colours without a word: sRGB and Display P3 become our own profiles; of any other only the
/// numbers are kept that turn its colours into those of the connection space. `None` if it cannot be
/// read.
pub fn neutral(icc: &[u8]) -> Option<Vec<u8>> {
    const KEPT: [&[u8; 4]; 13] = [
        b"wtpt", b"chad", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"A2B0", b"A2B1", b"A2B2",
        b"cicp",
    ];
    let profile = parsed(icc)?;
    if is_like(&profile, &SRGB) {
        return Some(srgb().to_vec());
    }
    if is_like(&profile, &DISPLAY_P3) {
        return Some(display_p3().to_vec());
    }
    let header = icc.first_chunk::<128>()?;
    let version = u32::from_be_bytes([*header.get(8)?, *header.get(9)?, 0, 0]);
    let kinds = *header.get(12..)?.first_chunk()?;
    let intent = u32::from_be_bytes([0, 0, 0, *header.get(67)?]);
    let (table, _) = icc.get(132..)?.as_chunks::<12>();
    let count = usize::try_from(u32::from_be_bytes(*icc.get(128..)?.first_chunk()?)).ok()?;
    let words = |tag, words| (tag, if version >= 0x0400_0000 { text(words) } else { old_text(tag, words) });
    let mut tags = vec![words(*b"desc", "Colours"), words(*b"cprt", "CC0")];
    for &[a, b, c, d, o0, o1, o2, o3, s0, s1, s2, s3] in table.iter().take(count) {
        let name = [a, b, c, d];
        if KEPT.contains(&&name) && !tags.iter().any(|(other, _)| *other == name) {
            let at = usize::try_from(u32::from_be_bytes([o0, o1, o2, o3])).ok()?;
            let length = usize::try_from(u32::from_be_bytes([s0, s1, s2, s3])).ok()?;
            tags.push((name, numbers(icc.get(at..at.checked_add(length)?)?)?));
        }
    }
    Some(assemble(kinds, version, intent, &tags)).filter(|icc| parsed(icc).is_some() && icc.len() <= MAX_ICC_CMYK)
}

/// A tag's data if it is of a kind that holds only numbers, cut where they end.
fn numbers(data: &[u8]) -> Option<Vec<u8>> {
    let kind = data.first_chunk::<4>()?;
    let count = |at: usize| usize::try_from(u32::from_be_bytes(*data.get(at..)?.first_chunk()?)).ok();
    let length = match kind {
        b"XYZ " => 20,
        b"sf32" => 44,
        b"cicp" => 12,
        b"curv" => count(8)?.checked_mul(2)?.checked_add(12)?,
        b"para" => 12 + 4 * [1, 3, 4, 5, 7].get(usize::from(*data.get(9)?))?,
        // Tables: their parts lie at offsets within.
        b"mft1" | b"mft2" | b"mAB " => data.len(),
        _ => return None,
    };
    data.get(..length.min(data.len())).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chromaticities_become_the_colorants_of_their_profile() {
        let p3 = Chromaticities { primaries: [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]], ..Chromaticities::SRGB };
        for (points, wanted) in [(Chromaticities::SRGB, SRGB), (p3, DISPLAY_P3)] {
            let found = colorants(&points).expect("colours of light");
            for (found, wanted) in found.iter().flatten().zip(wanted.iter().flatten()) {
                assert!(found.abs_diff(*wanted) <= 12, "{found} is not {wanted}");
            }
        }
    }
}
