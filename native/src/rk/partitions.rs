//! librdkafka's list of topic, partition and offset.

use rdkafka_sys as rd;

use super::sys::RawPartition;
use super::{Fault, c_string, owned};

pub struct PartitionList {
    ptr: *mut rd::rd_kafka_topic_partition_list_t,
}

// SAFETY: plain memory that nobody else points at
unsafe impl Send for PartitionList {}

/// One element, read.
pub struct Element {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    pub error: i32,
}

impl PartitionList {
    pub fn new(capacity: usize) -> PartitionList {
        // SAFETY: takes a size hint; freed by Drop
        PartitionList { ptr: unsafe { rd::rd_kafka_topic_partition_list_new(capacity as i32) } }
    }

    /// A copy of a list that an event owns.
    pub(super) fn copy_of(ptr: *const rd::rd_kafka_topic_partition_list_t) -> PartitionList {
        if ptr.is_null() {
            return PartitionList::new(0);
        }
        // SAFETY: live while its event lives, which is during this call
        PartitionList { ptr: unsafe { rd::rd_kafka_topic_partition_list_copy(ptr) } }
    }

    /// `leader_epoch` -1 = unknown.
    pub fn add(&mut self, topic: &str, partition: i32, offset: i64, leader_epoch: i32) -> Result<(), Fault> {
        let topic = c_string(topic)?;
        // SAFETY: live list and NUL-terminated name, which is copied; the element stays in the list
        unsafe {
            let element = rd::rd_kafka_topic_partition_list_add(self.ptr, topic.as_ptr(), partition);
            (*element).offset = offset;
            if leader_epoch >= 0 {
                rd::rd_kafka_topic_partition_set_leader_epoch(element, leader_epoch);
            }
        }
        Ok(())
    }

    /// Where an element that is in the list already shall start.
    pub fn set_offset(&mut self, topic: &str, partition: i32, offset: i64) -> Result<(), Fault> {
        let name = c_string(topic)?;
        // SAFETY: live list and NUL-terminated name; null when the element is not there
        let element = unsafe { rd::rd_kafka_topic_partition_list_find(self.ptr, name.as_ptr(), partition) };
        if element.is_null() {
            return Err(Fault::new(super::code::INVALID_ARG, format!("{topic}:{partition} is not part of the assignment")));
        }
        // SAFETY: an element of the live list
        unsafe { (*element).offset = offset };
        Ok(())
    }

    pub fn elements(&self) -> Vec<Element> {
        // SAFETY: live list; `elems` has `cnt` entries
        let raw = unsafe {
            let list = &*self.ptr;
            if list.elems.is_null() { &[] } else { std::slice::from_raw_parts(list.elems.cast::<RawPartition>(), list.cnt as usize) }
        };
        // SAFETY: every element's topic is a NUL-terminated string of the list
        raw.iter().map(|e| Element { topic: unsafe { owned(e.topic) }, partition: e.partition, offset: e.offset, error: e.err }).collect()
    }

    pub(super) fn as_ptr(&self) -> *mut rd::rd_kafka_topic_partition_list_t {
        self.ptr
    }
}

impl Drop for PartitionList {
    fn drop(&mut self) {
        // SAFETY: ours, freed once
        unsafe { rd::rd_kafka_topic_partition_list_destroy(self.ptr) }
    }
}
