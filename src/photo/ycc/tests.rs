use super::*;

#[test]
fn colours_survive_the_way_to_planes_and_back() {
    let steps = || (0..=255u8).step_by(15);
    let cube = steps().flat_map(|r| steps().flat_map(move |g| steps().flat_map(move |b| [r, g, b])));
    let pixels = Pixels::new(18 * 18, 18, Kind::Rgb, cube.collect()).expect("whole");
    let back = to_pixels(&to_picture(&pixels, Chroma::Full).planes, pixels.size()).expect("whole");
    let worst = pixels.data().iter().zip(back.data()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst <= Some(2), "{worst:?}");
}

#[test]
fn halved_colour_is_the_average_and_odd_edges_count_double() {
    let pixels = Pixels::new(3, 1, Kind::Rgb, vec![255, 0, 0, 0, 0, 255, 0, 255, 0]).expect("whole");
    let full = to_picture(&pixels, Chroma::Full);
    let halved = to_picture(&pixels, Chroma::Halved);
    for plane in 1..3 {
        let (full, halved) = (&full.planes[plane].data, &halved.planes[plane].data);
        assert!(halved[0].abs_diff(((u16::from(full[0]) + u16::from(full[1])) / 2) as u8) <= 1);
        assert_eq!(halved[1], full[2]);
    }
}

#[test]
fn vectors_convert_to_the_same_bits_as_plain_arithmetic() {
    let mut state = 5u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Extremes among noise.
        match state >> 29 {
            0 => 0,
            1 => 255,
            _ => (state >> 20) as u8,
        }
    };
    for width in [1, 15, 16, 17, 32, 63, 128, 301] {
        let rows: [Vec<[u8; 3]>; 2] = std::array::from_fn(|_| (0..width).map(|_| [next(), next(), next()]).collect());
        let [upper, lower] = rows.each_ref().map(Vec::as_slice);
        let room = || vec![0u8; width];
        let (mut plain, mut wide) = ([room(), room(), room()], [room(), room(), room()]);
        let half = width.div_ceil(2);
        kernel::luma(upper, &mut plain[0]);
        kernels::luma(upper, &mut wide[0]);
        assert!(plain == wide, "luma, {width}");
        for (number, made) in [&mut plain, &mut wide].into_iter().enumerate() {
            let [y, cb, cr] = made;
            let (cb, cr) = (&mut cb[..half], &mut cr[..half]);
            let halved = if number == 0 { kernel::halved_colour } else { kernels::halved_colour };
            halved([upper, lower], cb, cr);
            assert_eq!(y.len(), width);
        }
        assert!(plain == wide, "halved colour, {width}");
        let channel = |row: &[[u8; 3]], number: usize| row.iter().map(|pixel| pixel[number]).collect::<Vec<_>>();
        let planes = [channel(upper, 1), channel(lower, 1), channel(lower, 2)];
        let planes = planes.each_ref().map(Vec::as_slice);
        let (mut plain, mut wide) = (vec![[0; 3]; width], vec![[0; 3]; width]);
        kernel::rgb(planes, &mut plain);
        kernels::rgb(planes, &mut wide);
        assert!(plain == wide, "RGB, {width}");
    }
}
