//! Which offsets of delivery reports are true. librdkafka counts the offsets of a request's records up from the first one's, also where the broker has
//! told none: for a repeat that it had already (DUPLICATE_SEQUENCE_NUMBER), and for one that a later acknowledgement proves. What follows such a record
//! would be told as at 0, 1, 2 …

/// The reports of one request, in order.
#[derive(Default)]
pub struct ToldOffsets {
    /// the partition and the next offset that was merely counted
    counted: Option<(i32, i64)>,
}

impl ToldOffsets {
    /// Where the record lies; `None` where nobody knows. A record that truly lies where the counting has come to is taken for an unknown one.
    pub fn place(&mut self, partition: i32, offset: i64) -> Option<i64> {
        if offset < 0 || self.counted == Some((partition, offset)) {
            self.counted = Some((partition, offset.wrapping_add(1)));
            return None;
        }
        self.counted = None;
        Some(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_that_were_told_are_kept() {
        let mut told = ToldOffsets::default();
        assert_eq!([0, 1, 2].map(|offset| told.place(3, offset)), [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn what_is_counted_up_from_an_unknown_one_is_unknown() {
        let mut told = ToldOffsets::default();
        assert_eq!([-1, 0, 1, 2].map(|offset| told.place(3, offset)), [None; 4]);
        assert_eq!([-1001, -1000].map(|offset| told.place(3, offset)), [None; 2]);
    }

    #[test]
    fn it_ends_where_the_counting_breaks_off_or_with_another_partition() {
        let mut told = ToldOffsets::default();
        assert_eq!([(3, -1), (3, 7), (3, 8)].map(|(at, offset)| told.place(at, offset)), [None, Some(7), Some(8)]);
        assert_eq!([(3, -1), (4, 0), (4, 1)].map(|(at, offset)| told.place(at, offset)), [None, Some(0), Some(1)]);
    }
}
