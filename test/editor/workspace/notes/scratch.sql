CREATE TABLE drafts (id bigint PRIMARY KEY, body text);
DROP TABLE users;
