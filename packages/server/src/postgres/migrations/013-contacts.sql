-- What a connection may do with its person's contacts, beside what it may do with the calendar. No contact is ever kept.
alter table connection add column contacts_permission text not null default 'none'
  check (contacts_permission in ('none', 'read', 'read-write'));
