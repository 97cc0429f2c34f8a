-- What the meeting service showed when both sides were last in step: it may show something else than it was told.
alter table meeting_link
  add column shown_topic bytea check (length(shown_topic) = 16),
  add column shown_schedule bytea check (length(shown_schedule) = 16);
