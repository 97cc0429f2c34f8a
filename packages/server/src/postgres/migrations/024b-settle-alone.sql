-- Until when one that brings the meeting in step has it to itself; null while nobody does.
alter table meeting add column settling_until timestamptz;
