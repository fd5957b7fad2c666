use super::{forward, inverse};
use crate::jpeg::dct::forward::Divisors;
use crate::simd::kernels;

fn random() -> impl FnMut(u32) -> u32 {
    let mut state = 3u64;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as u32) % below
    }
}

#[test]
fn vectors_make_the_same_samples_as_plain_arithmetic() {
    let mut random = random();
    for side in [8usize, 4, 2, 1] {
        for count in [1usize, 2, 3, 8, 13] {
            for range in [2, 60, 2000, 65_536] {
                let mut value = || (random(range) as i32 - range as i32 / 2) as i16;
                let mut blocks: Vec<i16> = (0..count * side * side).map(|_| value()).collect();
                let steps: [i16; 64] = std::array::from_fn(|i| (i % 13 + 1) as i16);
                let mut filled = vec![u64::MAX; count];
                // Some flat blocks, also two beside each other.
                for flat in [2, 3, 5].into_iter().filter(|&flat| flat < count) {
                    blocks[flat * side * side + 1..(flat + 1) * side * side].fill(0);
                    filled[flat] = 1;
                }
                let stride = (count * side).next_multiple_of(64);
                let (mut plain, mut made) = (vec![0; stride * side], vec![0; stride * side]);
                inverse::row(side, &blocks, &filled, &steps, (&mut plain, stride));
                kernels::inverse(side, &blocks, &filled, &steps, (&mut made, stride));
                assert!(plain == made, "side {side}, {count} blocks, range {range}");
            }
        }
    }
}

#[test]
fn vectors_make_the_same_coefficients_as_plain_arithmetic() {
    let mut random = random();
    for count in [1usize, 2, 7] {
        for contrast in [1, 2, 200, 256] {
            let samples: Vec<u8> = (0..count * 64).map(|_| (random(256) / contrast * contrast) as u8).collect();
            let extremes: Vec<u8> = (0..count * 64).map(|i| if (i / 3 + i / 64) % 2 == 0 { 255 } else { 0 }).collect();
            for samples in [samples, extremes, vec![0; count * 64], vec![255; count * 64]] {
                for step in [1u8, 2, 3, 16, 99, 255] {
                    let divisors = Divisors::new(&std::array::from_fn(|i| step.saturating_add(i as u8 % 5)));
                    let (mut plain, mut made) = (vec![[0; 64]; count], vec![[1; 64]; count]);
                    let (mut plain_filled, mut made_filled) = (vec![0; count], vec![1; count]);
                    forward::row((&samples, count * 8), &divisors, &mut plain, &mut plain_filled);
                    kernels::forward((&samples, count * 8), &divisors, &mut made, &mut made_filled);
                    assert!(plain == made && plain_filled == made_filled, "{count} blocks, step {step}");
                }
            }
        }
    }
}

#[test]
fn quantising_is_division_rounded() {
    for (at, step) in (1..=255u8).flat_map(|step| [(0, step), (9, step)]) {
        let divisors = Divisors::new(&[step; 64]);
        let divisor = u32::from(step) * 8;
        let (rounding, divisor) = (forward::rounding(at, divisor) as i32, divisor as i32);
        let edge = divisor - rounding;
        for coefficient in (-9000..=9000i32).step_by(7).chain([edge, edge - 1, -edge]) {
            let exact = (coefficient.abs() + rounding) / divisor * coefficient.signum();
            assert_eq!(i32::from(divisors.quantised(at, coefficient as i16)), exact, "{coefficient} / {divisor}");
        }
    }
}

#[test]
fn samples_survive_both_transforms() {
    let samples: Vec<u8> = (0..64).map(|i| (i * 37 % 256) as u8).collect();
    let (mut blocks, mut filled, mut back) = ([[0; 64]], [0], vec![0; 64]);
    forward::row((&samples, 8), &Divisors::new(&[1; 64]), &mut blocks, &mut filled);
    inverse::row(8, &blocks[0], &filled, &[1; 64], (&mut back, 8));
    let worst = samples.iter().zip(&back).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst <= Some(1), "{worst:?}");
}
