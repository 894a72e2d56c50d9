-- Statements that change something, reach out, or cannot be told: never called harmless. One a line.
INSERT INTO customers (name) VALUES ('c')
REPLACE INTO customers (id, name) VALUES (1, 'c')
UPDATE customers SET name = 'x'
DELETE FROM customers WHERE id = 1
/*!50000 DELETE FROM customers */
DELETE o FROM orders o JOIN customers c ON c.id = o.customer_id
INSERT INTO orders (customer_id) SELECT id FROM customers
INSERT INTO customers (id, name) VALUES (1, 'z') ON DUPLICATE KEY UPDATE name = 'z'
SELECT touch()
DO touch()
SET @x = touch()
SELECT * FROM customers WHERE touch() = 1
EXPLAIN SELECT touch()
CALL clean()
SELECT * FROM customers FOR UPDATE
PREPARE s FROM 'DELETE FROM customers'
TRUNCATE TABLE orders
DROP TABLE orders
CREATE TABLE x AS SELECT * FROM customers
ALTER TABLE customers ADD COLUMN x INT
RENAME TABLE orders TO others
CREATE INDEX i ON orders (total)
LOCK TABLES customers WRITE
SELECT * FROM customers INTO OUTFILE '/nonexistent/x'
SELECT LOAD_FILE('/etc/hostname')
SET GLOBAL max_connections = 151
FLUSH TABLES
GRANT SELECT ON customers TO nobody
