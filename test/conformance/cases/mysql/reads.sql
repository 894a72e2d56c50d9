-- Statements that a read-only transaction of the server carries out, and that are called harmless. One a line.
SELECT * FROM customers
SELECT name, COUNT(*) FROM customers GROUP BY name WITH ROLLUP
WITH c AS (SELECT id FROM customers) SELECT * FROM orders WHERE customer_id IN (SELECT id FROM c)
SELECT c.name, o.total FROM customers c LEFT JOIN orders o ON o.customer_id = c.id ORDER BY 2 DESC LIMIT 3
(SELECT id FROM customers) UNION ALL (SELECT id FROM orders) ORDER BY 1
SELECT ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY total) FROM orders
SELECT @a := 1, @@sql_mode, DATABASE(), USER(), VERSION()
SELECT JSON_EXTRACT('{"a": 1}', '$.a'), DATE_ADD('2024-01-01', INTERVAL 1 DAY), CAST('1' AS SIGNED)
SELECT j.* FROM JSON_TABLE('[1, 2]', '$[*]' COLUMNS (n INT PATH '$')) j
EXPLAIN SELECT * FROM customers
EXPLAIN DELETE FROM customers
EXPLAIN UPDATE customers SET name = 'x' WHERE id = 1
SHOW TABLES
SHOW COLUMNS FROM customers WHERE Field = 'id'
SHOW CREATE TABLE orders
DESCRIBE customers
SET @b = (SELECT MAX(id) FROM customers)
SET SESSION sql_select_limit = DEFAULT
SELECT id INTO @c FROM customers WHERE id = 1
DO 1 + 1
PREPARE s FROM 'SELECT * FROM customers WHERE id = ?'
DEALLOCATE PREPARE s
SELECT 'DELETE FROM customers'
SELECT GET_LOCK('conformance', 0), RELEASE_LOCK('conformance')
