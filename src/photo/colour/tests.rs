//! Colours against references computed from the definitions of the colour spaces, told apart by
//! CIEDE2000: a difference of 1 is about what an eye can see.

use super::*;
use crate::profile::neutral;

type Three = [f64; 3];

/// A colour space by its definition: chromaticities of red, green, blue and white, and its curve.
struct Space {
    name: &'static str,
    primaries: [[f64; 2]; 3],
    white: [f64; 2],
    /// From code value to light.
    light: fn(f64) -> f64,
    /// The curve as an ICC tag.
    curve: fn() -> Vec<u8>,
}

const D65: [f64; 2] = [0.3127, 0.3290];
const D50: [f64; 2] = [0.3457, 0.3585];
const SRGB: Space = Space {
    name: "sRGB",
    primaries: [[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]],
    white: D65,
    light: srgb_light,
    curve: srgb_table,
};
const P3: Space = Space { name: "Display P3", primaries: [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]], ..SRGB };
const ADOBE: Space = Space {
    name: "Adobe RGB",
    primaries: [[0.64, 0.33], [0.21, 0.71], [0.15, 0.06]],
    white: D65,
    light: |value| value.powf(563.0 / 256.0),
    curve: || gamma(563),
};
const PROPHOTO: Space = Space {
    name: "ProPhoto",
    primaries: [[0.734_7, 0.265_3], [0.159_6, 0.840_4], [0.036_6, 0.000_1]],
    white: D50,
    light: |value| value.powf(461.0 / 256.0),
    curve: || gamma(461),
};
const SWAPPED: Space =
    Space { name: "swapped channels", primaries: [[0.30, 0.60], [0.64, 0.33], [0.15, 0.06]], ..SRGB };

fn srgb_light(value: f64) -> f64 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn srgb_table() -> Vec<u8> {
    let table = (0..1024).flat_map(|i| ((srgb_light(f64::from(i) / 1023.0) * 65_535.0).round() as u16).to_be_bytes());
    [b"curv\0\0\0\0\0\0\x04\0".to_vec(), table.collect()].concat()
}

fn gamma(in_256ths: u16) -> Vec<u8> {
    [b"curv\0\0\0\0\0\0\0\x01".to_vec(), in_256ths.to_be_bytes().to_vec()].concat()
}

fn white([x, y]: [f64; 2]) -> Three {
    [x / y, 1.0, (1.0 - x - y) / y]
}

fn times(m: &[Three; 3], v: Three) -> Three {
    m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

/// Solves m·x = v by Cramer's rule.
fn solve(m: &[Three; 3], v: Three) -> Three {
    let det = |m: &[Three; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    [0, 1, 2].map(|column| {
        let mut replaced = *m;
        (0..3).for_each(|row| replaced[row][column] = v[row]);
        det(&replaced) / det(m)
    })
}

impl Space {
    /// Light in the space to XYZ relative to D50, with Bradford's matrix.
    fn to_d50(&self, light: Three) -> Three {
        const BRADFORD: [Three; 3] = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];
        let columns = self.primaries.map(white);
        let matrix = [0, 1, 2].map(|row| [columns[0][row], columns[1][row], columns[2][row]]);
        let scale = solve(&matrix, white(self.white));
        let xyz = times(&matrix, [light[0] * scale[0], light[1] * scale[1], light[2] * scale[2]]);
        let (from, to) = (times(&BRADFORD, white(self.white)), times(&BRADFORD, [0.9642, 1.0, 0.8249]));
        let cone = times(&BRADFORD, xyz);
        solve(&BRADFORD, [0, 1, 2].map(|i| cone[i] * to[i] / from[i]))
    }

    fn lab(&self, code: [u8; 3]) -> Three {
        lab(self.to_d50(code.map(|value| (self.light)(f64::from(value) / 255.0))))
    }

    fn icc(&self) -> Vec<u8> {
        let xyz = |light| {
            let values = self.to_d50(light).map(|value| ((value * 65_536.0).round() as i32).to_be_bytes());
            [b"XYZ \0\0\0\0".to_vec(), values.concat()].concat()
        };
        let curve = (self.curve)();
        test_icc(
            *b"mntrRGB XYZ ",
            &[
                (b"rXYZ", xyz([1.0, 0.0, 0.0])),
                (b"gXYZ", xyz([0.0, 1.0, 0.0])),
                (b"bXYZ", xyz([0.0, 0.0, 1.0])),
                (b"rTRC", curve.clone()),
                (b"gTRC", curve.clone()),
                (b"bTRC", curve),
            ],
        )
    }
}

/// A version 2 profile that names a person.
fn test_icc(kinds: [u8; 12], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let name = [b"text\0\0\0\0".to_vec(), b"Monitor of Ada, serial CANARY-7f3a".to_vec()].concat();
    let white = [&b"XYZ \0\0\0\0"[..], &[0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D]].concat();
    let mut all = vec![(*b"cprt", name.clone()), (*b"priv", name), (*b"wtpt", white)];
    all.extend(tags.iter().map(|(name, data)| (**name, data.clone())));
    let mut icc = crate::profile::assemble(kinds, 0x0240_0000, 1, &all);
    icc[48..56].copy_from_slice(b"ADAMODEL");
    icc
}

fn lab([x, y, z]: Three) -> Three {
    let f = |t: f64| if t > 216.0 / 24_389.0 { t.cbrt() } else { (24_389.0 / 27.0 * t + 16.0) / 116.0 };
    let (x, y, z) = (f(x / 0.9642), f(y), f(z / 0.8249));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// CIEDE2000 (CIE 142-2001; Sharma, Wu and Dalal 2005).
fn difference([l1, a1, b1]: Three, [l2, a2, b2]: Three) -> f64 {
    let mean = (a1.hypot(b1) + a2.hypot(b2)) / 2.0;
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25f64.powi(7))).sqrt();
    let g = 1.0 + 0.5 * (1.0 - seventh(mean));
    let polar = |a: f64, b: f64| ((a * g).hypot(b), b.atan2(a * g).to_degrees().rem_euclid(360.0));
    let ((c1, h1), (c2, h2)) = (polar(a1, b1), polar(a2, b2));
    let grey = c1 * c2 == 0.0;
    let turn = match h2 - h1 {
        _ if grey => 0.0,
        d if d > 180.0 => d - 360.0,
        d if d < -180.0 => d + 360.0,
        d => d,
    };
    let hue = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let middle = match (h1 + h2, (h1 - h2).abs()) {
        (sum, _) if grey => sum,
        (sum, apart) if apart <= 180.0 => sum / 2.0,
        (sum, _) if sum < 360.0 => (sum + 360.0) / 2.0,
        (sum, _) => (sum - 360.0) / 2.0,
    };
    let (light, chroma) = ((l1 + l2) / 2.0, (c1 + c2) / 2.0);
    let cos = |times: f64, off: f64| (times * middle + off).to_radians().cos();
    let t = 1.0 - 0.17 * cos(1.0, -30.0) + 0.24 * cos(2.0, 0.0) + 0.32 * cos(3.0, 6.0) - 0.20 * cos(4.0, -63.0);
    let bend = (light - 50.0).powi(2);
    let (sl, sc, sh) = (1.0 + 0.015 * bend / (20.0 + bend).sqrt(), 1.0 + 0.045 * chroma, 1.0 + 0.015 * chroma * t);
    let spread = 30.0 * (-((middle - 275.0) / 25.0).powi(2)).exp();
    let rotation = -2.0 * seventh(chroma) * (2.0 * spread).to_radians().sin();
    let (l, c, h) = ((l2 - l1) / sl, (c2 - c1) / sc, hue / sh);
    (l * l + c * c + h * h + rotation * c * h).sqrt()
}

#[test]
fn the_measure_agrees_with_the_published_test_pairs() {
    #[rustfmt::skip]
    let pairs = [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425), ([50.0, 3.1571, -77.2803], [50.0, 0.0, -82.7485], 2.8615),
        ([50.0, 2.8361, -74.0200], [50.0, 0.0, -82.7485], 3.4412), ([50.0, -1.3802, -84.2814], [50.0, 0.0, -82.7485], 1.0),
        ([50.0, -1.1848, -84.8006], [50.0, 0.0, -82.7485], 1.0), ([50.0, -0.9009, -85.5211], [50.0, 0.0, -82.7485], 1.0),
        ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669), ([50.0, -1.0, 2.0], [50.0, 0.0, 0.0], 2.3669),
        ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0009], 7.1792), ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0011], 7.2195),
        ([50.0, -0.001, 2.49], [50.0, 0.0009, -2.49], 4.8045), ([50.0, -0.001, 2.49], [50.0, 0.0011, -2.49], 4.7461),
        ([50.0, 2.5, 0.0], [50.0, 0.0, -2.5], 4.3065), ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
        ([50.0, 2.5, 0.0], [61.0, -5.0, 29.0], 22.8977), ([50.0, 2.5, 0.0], [56.0, -27.0, -3.0], 31.9030),
        ([50.0, 2.5, 0.0], [58.0, 24.0, 15.0], 19.4535), ([50.0, 2.5, 0.0], [50.0, 3.1736, 0.5854], 1.0),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
        ([63.0109, -31.0961, -5.8663], [62.8187, -29.7946, -4.0864], 1.2630),
        ([61.2901, 3.7196, -5.3901], [61.4292, 2.2480, -4.9620], 1.8731),
        ([35.0831, -44.1164, 3.7933], [35.0232, -40.0716, 1.5901], 1.8645),
        ([22.7233, 20.0904, -46.6940], [23.0331, 14.9730, -42.5619], 2.0373),
        ([36.4612, 47.8580, 18.3852], [36.2715, 50.5065, 21.2231], 1.4146),
        ([90.8027, -2.0831, 1.4410], [91.1528, -1.6435, 0.0447], 1.4441),
        ([90.9257, -0.5406, -0.9208], [88.6381, -0.8985, -0.7239], 1.5381),
        ([6.7747, -0.2908, -2.4247], [5.8714, -0.0985, -2.2286], 0.6377),
        ([2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082),
    ];
    for (a, b, expected) in pairs {
        let found = difference(a, b);
        assert!((found - expected).abs() < 5e-5, "{a:?} {b:?}: {found}, published {expected}");
    }
}

/// The code values of a space for colours of another: a chart of 6 × 6 × 6 patches, those left out that
/// the space cannot encode.
fn chart(of: &Space, encoded_in: &Space) -> Vec<[u8; 3]> {
    let steps = || [0u8, 51, 102, 153, 204, 255].into_iter();
    let colours = steps().flat_map(|r| steps().flat_map(move |g| steps().map(move |b| [r, g, b])));
    let basis = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|light| encoded_in.to_d50(light));
    let matrix = [0, 1, 2].map(|row| [basis[0][row], basis[1][row], basis[2][row]]);
    let encode = |light: f64| {
        (0..=255u8).min_by(|a, b| {
            let off = |code: &u8| ((encoded_in.light)(f64::from(*code) / 255.0) - light).abs();
            off(a).total_cmp(&off(b))
        })
    };
    let codes = colours.filter_map(|colour| {
        let light = solve(&matrix, of.to_d50(colour.map(|value| (of.light)(f64::from(value) / 255.0))));
        let inside = light.iter().all(|part| (-1e-4..1.0 + 1e-4).contains(part));
        inside.then(|| light.map(|part| encode(part).unwrap_or_default()))
    });
    codes.collect()
}

fn rgb(colours: &[[u8; 3]]) -> Pixels {
    Pixels::new(colours.len() as u32, 1, Kind::Rgb, colours.concat()).expect("a row of pixels")
}

#[track_caller]
fn assert_close(name: &str, differences: &[f64]) {
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    let most = differences.iter().copied().fold(0.0, f64::max);
    assert!(differences.len() > 40 && mean < 1.0 && most < 3.0, "{name}: mean {mean:.3}, most {most:.3}");
}

#[test]
fn every_rgb_profile_becomes_srgb_and_display_p3_with_no_visible_difference() {
    for source in [SRGB, P3, ADOBE, PROPHOTO, SWAPPED] {
        for (target, gamut) in [(SRGB, Gamut::Srgb), (P3, Gamut::DisplayP3)] {
            let codes = chart(&target, &source);
            let converted = convert(rgb(&codes), Some(&Tag::Icc(source.icc())), gamut).unwrap();
            let (after, _) = converted.data().as_chunks::<3>();
            let off: Vec<f64> =
                codes.iter().zip(after).map(|(a, b)| difference(source.lab(*a), target.lab(*b))).collect();
            assert_close(&format!("{} to {}", source.name, target.name), &off);
        }
    }
}

#[test]
fn grey_keeps_its_lightness() {
    for (curve, light) in
        [(gamma(563), ADOBE.light), (gamma(256), (|value| value) as fn(f64) -> f64), (srgb_table(), SRGB.light)]
    {
        let icc = test_icc(*b"mntrGRAYXYZ ", &[(b"kTRC", curve)]);
        let greys: Vec<u8> = (0..=255).collect();
        let pixels = Pixels::new(256, 1, Kind::Grey, greys.clone()).unwrap();
        let converted = convert(pixels, Some(&Tag::Icc(icc)), Gamut::Srgb).unwrap();
        let lightness = |y: f64| lab([0.9642 * y, y, 0.8249 * y]);
        let off: Vec<f64> = greys
            .iter()
            .zip(converted.data())
            .map(|(&a, &b)| difference(lightness(light(f64::from(a) / 255.0)), SRGB.lab([b; 3])))
            .collect();
        assert_close("grey", &off);
    }
}

/// Inks at the nodes of a table that has cyan and magenta in each other's place.
#[test]
fn inks_are_looked_up_in_their_table() {
    let mut nodes = Vec::new();
    let steps = || [0u8, 51, 102, 153, 204, 255].into_iter();
    for c in steps() {
        for m in steps() {
            nodes.extend(steps().flat_map(|y| steps().map(move |k| [c, m, y, k])));
        }
    }
    let entry = |&[c, m, y, k]: &[u8; 4]| {
        let light = [m, c, y].map(|ink| ((255 - u32::from(ink)) * (255 - u32::from(k)) / 255) as u8);
        let [l, a, b] = SRGB.lab(light);
        [(l * 2.55).round() as u8, (a.round() + 128.0) as u8, (b.round() + 128.0) as u8]
    };
    let table: Vec<[u8; 3]> = nodes.iter().map(entry).collect();
    let unit = [1, 0, 0, 0, 1, 0, 0, 0, 1].map(|value: i32| (value << 16).to_be_bytes()).concat();
    let ramp: Vec<u8> = (0..=255).collect();
    let tables =
        [&b"mft1\0\0\0\0\x04\x03\x06\0"[..], &unit, &ramp.repeat(4), &table.concat(), &ramp.repeat(3)].concat();
    let icc = test_icc(*b"prtrCMYKLab ", &[(b"A2B0", tables)]);
    for icc in [icc.clone(), neutral(&icc).expect("a sound profile")] {
        let pixels = Pixels::new(nodes.len() as u32, 1, Kind::Cmyk, nodes.concat()).unwrap();
        let converted = convert(pixels, Some(&Tag::Icc(icc)), Gamut::Srgb).unwrap();
        let (after, _) = converted.data().as_chunks::<3>();
        let wanted = |[l, a, b]: [u8; 3]| [f64::from(l) / 2.55, f64::from(a) - 128.0, f64::from(b) - 128.0];
        let off: Vec<f64> = table.iter().zip(after).map(|(t, a)| difference(wanted(*t), SRGB.lab(*a))).collect();
        assert_close("inks", &off);
    }
}

#[test]
fn srgb_and_display_p3_are_told_by_what_they_do() {
    assert!(is_srgb(&SRGB.icc()) && !is_display_p3(&SRGB.icc()));
    assert!(is_display_p3(&P3.icc()) && !is_srgb(&P3.icc()));
    for other in [ADOBE, PROPHOTO, SWAPPED] {
        assert!(!is_srgb(&other.icc()) && !is_display_p3(&other.icc()), "{}", other.name);
    }
    let near = Space { curve: || gamma(563), ..SRGB };
    assert!(!is_srgb(&near.icc()), "a curve of 2.2 is not the curve of sRGB");
    assert!(!is_srgb(b"") && !is_srgb(&[0xFF; 200]));
}

#[test]
fn our_own_profiles_are_small_and_mean_what_they_say() {
    for (icc, space) in [(srgb(), SRGB), (display_p3(), P3)] {
        assert!((400..560).contains(&icc.len()), "{} bytes", icc.len());
        assert_eq!(u32::from_be_bytes(*icc.first_chunk().unwrap()) as usize, icc.len());
        let codes = chart(&space, &space);
        for gamut in [Gamut::Srgb, Gamut::DisplayP3] {
            let ours = convert(rgb(&codes), Some(&Tag::Icc(icc.to_vec())), gamut).unwrap();
            let theirs = convert(rgb(&codes), Some(&Tag::Icc(space.icc())), gamut).unwrap();
            assert!(ours.data().iter().zip(theirs.data()).all(|(a, b)| a.abs_diff(*b) <= 1), "{}", space.name);
        }
    }
    assert!(is_srgb(srgb()) && is_display_p3(display_p3()));
}

#[test]
fn a_neutral_profile_keeps_the_colours_and_no_word() {
    for space in [SRGB, P3, ADOBE, PROPHOTO, SWAPPED] {
        let (icc, codes) = (space.icc(), chart(&SRGB, &space));
        let kept = neutral(&icc).expect("a sound profile");
        for word in [&b"CANARY"[..], b"Ada", b"ADAMODEL", b"priv"] {
            assert!(!kept.windows(word.len()).any(|window| window == word), "{}", space.name);
        }
        let before = convert(rgb(&codes), Some(&Tag::Icc(icc)), Gamut::Srgb).unwrap();
        let after = convert(rgb(&codes), Some(&Tag::Icc(kept)), Gamut::Srgb).unwrap();
        assert!(before.data().iter().zip(after.data()).all(|(a, b)| a.abs_diff(*b) <= 1), "{}", space.name);
    }
    assert_eq!(neutral(b"no profile"), None);
}

#[test]
fn pages_keep_display_p3_where_there_is_something_to_show() {
    let of = |space: &Space, colours: &[[u8; 3]]| page_gamut(&rgb(colours), Some(&Tag::Icc(space.icc()))).unwrap();
    let inside = chart(&SRGB, &ADOBE);
    assert_eq!(of(&ADOBE, &inside), Gamut::Srgb, "every colour of sRGB is inside, its edges too");
    assert_eq!(of(&PROPHOTO, &chart(&SRGB, &PROPHOTO)), Gamut::Srgb);
    let mut wide = inside.repeat(4);
    wide.push([0, 255, 0]);
    assert_eq!(of(&ADOBE, &wide), Gamut::DisplayP3, "one pixel in 860 is more than a thousandth");
    let mut hardly = inside.repeat(10);
    hardly.push([0, 255, 0]);
    assert_eq!(of(&ADOBE, &hardly), Gamut::Srgb);
    assert_eq!(of(&P3, &[[128; 3]]), Gamut::DisplayP3, "a Display P3 original stays what it is");
    assert_eq!(of(&SRGB, &[[255, 0, 0]]), Gamut::Srgb);
    assert_eq!(page_gamut(&rgb(&[[255, 0, 0]]), None).unwrap(), Gamut::Srgb);
}

#[test]
fn code_points_and_an_interoperability_index_count_as_profiles() {
    let codes = chart(&SRGB, &P3);
    let said = convert(rgb(&codes), Some(&Tag::Cicp { primaries: 12, transfer: 13 }), Gamut::Srgb).unwrap();
    let profile = convert(rgb(&codes), Some(&Tag::Icc(P3.icc())), Gamut::Srgb).unwrap();
    assert!(said.data().iter().zip(profile.data()).all(|(a, b)| a.abs_diff(*b) <= 1));
    let codes = chart(&SRGB, &ADOBE);
    let said = convert(rgb(&codes), Some(&Tag::AdobeRgb), Gamut::Srgb).unwrap();
    let profile = convert(rgb(&codes), Some(&Tag::Icc(ADOBE.icc())), Gamut::Srgb).unwrap();
    assert!(said.data().iter().zip(profile.data()).all(|(a, b)| a.abs_diff(*b) <= 1));
    let back = convert(said, None, Gamut::DisplayP3).unwrap();
    let again = convert(back, Some(&Tag::DisplayP3), Gamut::Srgb).unwrap();
    let ((before, _), (after, _)) = (profile.data().as_chunks::<3>(), again.data().as_chunks::<3>());
    let off: Vec<f64> = before.iter().zip(after).map(|(a, b)| difference(SRGB.lab(*a), SRGB.lab(*b))).collect();
    assert_close("there and back", &off);
    for television in [1, 6, 14] {
        let same = convert(rgb(&codes), Some(&Tag::Cicp { primaries: 1, transfer: television }), Gamut::Srgb).unwrap();
        assert_eq!(same.data(), rgb(&codes).data());
    }
}

#[test]
fn sixteen_bits_become_eight_without_bands_and_always_the_same() {
    let steps: Vec<u16> = (0..=255).map(|value| value * 257).collect();
    let kept = to_8_bits(&steps, 256, 1);
    assert!(kept.iter().zip(0..=255u8).all(|(a, b)| *a == b), "what is a step stays that step");
    // Between 100 and 101: neighbours share the difference, so that their average is right.
    for part in [32u16, 64, 128, 200] {
        let flat = vec![100 * 257 + part; 64 * 64 * 3];
        let reduced = to_8_bits(&flat, 64, 3);
        assert_eq!(reduced, to_8_bits(&flat, 64, 3));
        assert!(reduced.iter().all(|value| (100..=101).contains(value)));
        let mean = reduced.iter().map(|&value| f64::from(value)).sum::<f64>() / reduced.len() as f64;
        assert!((mean - 100.0 - f64::from(part) / 257.0).abs() < 0.01, "{part}: {mean}");
    }
    assert!(to_8_bits(&[65_535; 64], 8, 1).iter().all(|&value| value == 255));
}
