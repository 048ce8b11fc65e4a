pub mod birth;
