use super::*;
use crate::pixels::{Kind, Pixels};
use crate::resize::Part;

fn random(count: usize) -> Vec<u8> {
    let mut state = 5u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Long runs of extremes among noise: what overshoots most.
        match state >> 61 {
            0 => 0,
            1 => 255,
            _ => (state >> 40) as u8,
        }
    };
    std::iter::repeat_with(next).take(count).collect()
}

fn noise(width: usize, height: usize) -> Plane {
    let mut plane = Plane::new(width, height);
    let samples = random(width * height);
    plane.rows_mut().zip(samples.chunks(width)).for_each(|(to, from)| to.copy_from_slice(from));
    plane.pad();
    plane
}

const SIZES: [((usize, usize), (usize, usize)); 6] = [
    ((200, 150), (165, 124)),
    ((333, 77), (40, 9)),
    ((64, 64), (64, 64)),
    ((31, 45), (62, 91)),
    ((1, 1), (1, 1)),
    ((5, 400), (3, 211)),
];

fn spans((from, to): ((usize, usize), (usize, usize))) -> (Span, Span) {
    let span = |source: usize, target: usize| Span { source, start: 0.0, step: source as f64 / target as f64, target };
    (span(from.0, to.0), span(from.1, to.1))
}

#[test]
fn vectors_resize_to_the_same_bits_as_plain_arithmetic() {
    for sizes in SIZES {
        let source = noise(sizes.0.0, sizes.0.1);
        let (across, down) = spans(sizes);
        let made = plane(&source, across, down);
        let mut plain = Plane::new(across.target, down.target);
        let (across, down) = (Taps::new(across), Taps::new(down));
        let mut middle = vec![[0; STRIP]; source.stride];
        let window = Window { rows: &source.data, stride: source.stride, base: 0 };
        for top in (0..plain.height).step_by(STRIP) {
            let stride = plain.stride;
            let rows = &mut plain.data[top * stride..(top + STRIP) * stride];
            kernel::strip(&window, (&across, &down), &mut middle, (rows, stride), top);
        }
        assert!(made.data == plain.data, "{sizes:?}");
    }
}

#[test]
fn rows_that_come_in_one_by_one_give_what_a_whole_plane_gives() {
    for sizes in SIZES {
        let source = noise(sizes.0.0, sizes.0.1);
        let (across, down) = spans(sizes);
        for at_once in [1, 8, 32] {
            let mut scaler = Scaler::new(source.stride, across, down);
            for rows in source.data[..source.stride * source.height].chunks(source.stride * at_once) {
                let (room, stride) = scaler.room(at_once);
                for (to, from) in room.chunks_mut(stride).zip(rows.chunks(source.stride)) {
                    to[..source.stride].copy_from_slice(from);
                }
                scaler.took(rows.len() / source.stride);
            }
            let (made, whole) = (scaler.finish(), plane(&source, across, down));
            assert!(made.rows().eq(whole.rows()), "{sizes:?}, {at_once} at once");
        }
    }
}

#[test]
fn another_resizer_makes_the_same_picture() {
    for sizes in SIZES {
        let ((wide, high), (width, height)) = sizes;
        // Without extremes: the other resizer cuts off what overshoots between the passes.
        let mut source = noise(wide, high);
        source.data.iter_mut().for_each(|sample| *sample = 80 + *sample / 3);
        let (across, down) = spans(sizes);
        let ours = plane(&source, across, down);
        let samples = source.rows().flatten().copied().collect();
        let pixels = Pixels::new(wide as u32, high as u32, Kind::Grey, samples).expect("whole");
        let other = crate::resize::resize(&pixels, (width as u32, height as u32), Part::Whole).expect("resizes");
        // An enlargement overshoots at its edges, which our weights of 16 bits cannot follow.
        let edge = if width > wide { 2 } else { 0 };
        let inside = |x: usize, y: usize| x >= edge && y >= edge && x + edge < width && y + edge < height;
        let both = ours.rows().zip(other.data().chunks(width)).enumerate();
        let differences = both.flat_map(|(y, (ours, other))| {
            let both = ours.iter().zip(other).enumerate();
            both.filter(move |&(x, _)| inside(x, y)).map(|(_, (a, b))| a.abs_diff(*b))
        });
        let (worst, sum) = differences.fold((0, 0), |(worst, sum), d| (d.max(worst), sum + u32::from(d)));
        let mean = f64::from(sum) / (width * height) as f64;
        assert!(mean < 0.5 && worst <= 3, "{sizes:?}: {worst}, {mean:.3} on average");
    }
}

#[test]
fn colour_does_not_drift_through_a_cascade_of_odd_sizes() {
    // A ramp of colour along each side: a drift of half a sample would show as a step of it.
    let (width, height) = (1201usize, 805usize);
    let ramp = |x: usize, y: usize| ((x * 120 / width) + (y * 120 / height) + 8) as u8;
    let mut picture = Picture { width, height, chroma: Chroma::Halved, planes: vec![Plane::new(width, height)] };
    for _ in 0..2 {
        let mut plane = Plane::new(width.div_ceil(2), height.div_ceil(2));
        plane.rows_mut().enumerate().for_each(|(y, row)| {
            row.iter_mut().enumerate().for_each(|(x, sample)| *sample = ramp(2 * x + 1, 2 * y + 1));
        });
        plane.pad();
        picture.planes.push(plane);
    }
    for (wide, high) in [(803, 539), (401, 269), (201, 135)] {
        picture = super::picture(&picture, (wide, high), Chroma::Halved);
        let full = super::picture(&picture, (wide, high), Chroma::Full);
        let mut off = 0.0;
        for (y, row) in full.planes[1].rows().enumerate() {
            for (x, &sample) in row.iter().enumerate() {
                let at = |place: usize, size: u32| (place as f64 + 0.5) * 120.0 / f64::from(size);
                off += f64::from(sample) - (at(x, wide) + at(y, high) + 7.0);
            }
        }
        let mean = off / f64::from(wide * high);
        assert!(mean.abs() < 0.2, "{wide}x{high}: {mean:.3} on average");
    }
}
