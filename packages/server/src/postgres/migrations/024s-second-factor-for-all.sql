-- Whether everybody of the organisation shows a second factor, and not only who has a say or sight beyond their own things.
alter table account add column asks_second_factor boolean not null default false;
