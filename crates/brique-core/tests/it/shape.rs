use brique_core::Shape;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_shape_keeps_its_sizes(sizes: [u16; 4]) {
        let sizes = sizes.map(usize::from);
        let shape = Shape::from(sizes);
        prop_assert_eq!(shape.sizes(), &sizes);
        prop_assert_eq!(shape.size(), sizes.iter().product::<usize>());
    }
}

#[test]
fn shapes_by_hand() {
    assert_eq!(Shape::from([]).size(), 1);
    assert_eq!(Shape::from([]).to_string(), "()");
    assert_eq!(Shape::from(64), Shape::from([64]));
    assert_eq!(Shape::from(64).to_string(), "(64)");
    assert_eq!(format!("{:?}", Shape::from([5, 2])), "Shape(5, 2)");
    assert_ne!(Shape::from([5, 2]), Shape::from([2, 5]));
    assert_ne!(Shape::from([5]), Shape::from([5, 0]));
    assert_eq!(Shape::from([usize::MAX, 2]).size(), usize::MAX);
}
