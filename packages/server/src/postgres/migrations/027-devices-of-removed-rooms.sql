-- A device outlives its room for as long as its list is being taken away from it.
alter table device alter column room_id drop not null;
alter table device add constraint device_room_check check (room_id is not null or removed_at is not null);
create index device_of_no_room on device (account_id) where room_id is null;
