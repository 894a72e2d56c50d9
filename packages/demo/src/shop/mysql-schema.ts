import { FIRST_MONTH, MONTHS } from './orders.ts'

/** The databases: what PostgreSQL's sample has as schemas. */
export const MYSQL_DATABASES: readonly string[] = ['shop', 'hr']

/** The tables with all their keys, each after those it refers to; with the checks off, loading into keys is no slower. */
export const MYSQL_TABLES_SQL = `
CREATE DATABASE shop;
CREATE DATABASE hr;
USE shop;

CREATE TABLE countries (
  code     char(2) PRIMARY KEY,
  name     varchar(80) NOT NULL,
  currency char(3) NOT NULL
);

CREATE TABLE customers (
  id                bigint AUTO_INCREMENT PRIMARY KEY,
  public_id         char(36) CHARACTER SET ascii NOT NULL UNIQUE,
  full_name         varchar(200) NOT NULL,
  given_name        varchar(100) NOT NULL,
  family_name       varchar(100) NOT NULL,
  email             varchar(190) NOT NULL CHECK (email LIKE '%_@_%'),
  email_key         varchar(190) GENERATED ALWAYS AS (lower(email)) STORED UNIQUE COMMENT 'To find an address however it is written',
  phone             varchar(40),
  national_id_kind  varchar(40),
  national_id       varchar(40) COMMENT 'In the form of the customer''s country; kept for customs declarations',
  birth_date        date,
  country           char(2) NOT NULL,
  locale            varchar(12),
  card_number       varchar(19) COMMENT 'The whole number. Should have moved to the payment service long ago',
  card_expires      char(5),
  iban              varchar(34),
  status            enum('active', 'dormant', 'blocked') NOT NULL DEFAULT 'active',
  tags              json NOT NULL,
  credit_limit      decimal(12,2) NOT NULL DEFAULT 0,
  marketing_consent boolean NOT NULL DEFAULT false,
  last_ip           varchar(45),
  profile           json NOT NULL COMMENT 'Preferences, contact and identity as the app keeps them',
  loyalty_tier      varchar(20) GENERATED ALWAYS AS (json_unquote(json_extract(profile, '$.loyalty.tier'))) VIRTUAL,
  notes             text,
  created_at        datetime(3) NOT NULL DEFAULT current_timestamp(3),
  FOREIGN KEY (country) REFERENCES countries (code)
) COMMENT 'Everyone who ever bought something';

CREATE TABLE addresses (
  id           bigint AUTO_INCREMENT PRIMARY KEY,
  customer_id  bigint NOT NULL,
  kind         enum('shipping', 'billing') NOT NULL,
  recipient    varchar(200) NOT NULL,
  line1        varchar(200) NOT NULL,
  line2        varchar(200),
  postcode     varchar(20) NOT NULL,
  city         varchar(100) NOT NULL,
  country      char(2) NOT NULL,
  instructions text,
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
);

CREATE TABLE products (
  id         int PRIMARY KEY,
  sku        varchar(40) NOT NULL UNIQUE,
  name       varchar(100) NOT NULL,
  category   varchar(40) NOT NULL,
  price      decimal(10,2) NOT NULL CHECK (price > 0),
  weight_kg  float,
  available  boolean NOT NULL DEFAULT true,
  attributes json NOT NULL,
  thumbnail  varbinary(4000)
);

CREATE TABLE orders (
  id          bigint NOT NULL,
  placed_at   datetime(3) NOT NULL,
  customer_id bigint NOT NULL,
  status      enum('cart', 'paid', 'shipped', 'delivered', 'returned', 'cancelled') NOT NULL,
  total       decimal(12,2) NOT NULL,
  currency    char(3) NOT NULL,
  client_ip   varchar(45),
  user_agent  varchar(200),
  coupon      varchar(20),
  note        text,
  PRIMARY KEY (id, placed_at),
  KEY orders_customer (customer_id)
) COMMENT 'One partition for each month; a partitioned table refers to no other'
PARTITION BY RANGE COLUMNS (placed_at) (
${partitions()}
);

CREATE TABLE order_items (
  order_id     bigint NOT NULL,
  placed_at    datetime(3) NOT NULL,
  line         smallint NOT NULL,
  product_id   int NOT NULL,
  quantity     int unsigned NOT NULL CHECK (quantity > 0),
  unit_price   decimal(10,2) NOT NULL,
  line_total   decimal(14,2) GENERATED ALWAYS AS (quantity * unit_price) VIRTUAL,
  gift_message varchar(200),
  PRIMARY KEY (order_id, line),
  FOREIGN KEY (product_id) REFERENCES products (id)
);

CREATE TABLE payments (
  id          char(36) CHARACTER SET ascii NOT NULL PRIMARY KEY,
  order_id    bigint NOT NULL,
  placed_at   datetime(3) NOT NULL,
  method      enum('card', 'transfer') NOT NULL,
  amount      decimal(12,2) NOT NULL,
  currency    char(3) NOT NULL,
  card_number varchar(19),
  card_holder varchar(200),
  iban        varchar(34),
  reference   varchar(40) NOT NULL,
  refunded    boolean NOT NULL DEFAULT false,
  paid_at     datetime(3) NOT NULL,
  KEY payments_order (order_id)
);

CREATE TABLE hr.departments (
  id          int PRIMARY KEY,
  name        varchar(80) NOT NULL,
  cost_centre varchar(20) NOT NULL
);

CREATE TABLE hr.employees (
  id                int PRIMARY KEY,
  full_name         varchar(200) NOT NULL,
  email             varchar(190) NOT NULL,
  phone             varchar(40),
  ssn               char(11),
  birth_date        date,
  department_id     int NOT NULL,
  manager_id        int,
  title             varchar(80) NOT NULL,
  salary            decimal(12,2) NOT NULL COMMENT 'Before tax, for a year',
  currency          char(3) NOT NULL,
  iban              varchar(34),
  hired_on          date NOT NULL,
  emergency_contact json,
  hr_notes          text,
  FOREIGN KEY (department_id) REFERENCES hr.departments (id),
  FOREIGN KEY (manager_id) REFERENCES hr.employees (id)
);

CREATE TABLE support_tickets (
  id          int PRIMARY KEY,
  customer_id bigint NOT NULL,
  opened_at   datetime(3) NOT NULL,
  channel     varchar(20) NOT NULL,
  priority    tinyint NOT NULL,
  status      varchar(20) NOT NULL,
  assignee_id int,
  subject     varchar(200) NOT NULL,
  body        text NOT NULL,
  mood        double,
  FOREIGN KEY (customer_id) REFERENCES customers (id),
  FOREIGN KEY (assignee_id) REFERENCES hr.employees (id)
);

CREATE TABLE api_keys (
  id           int PRIMARY KEY,
  employee_id  int NOT NULL,
  service      varchar(40) NOT NULL,
  \`key\`        varchar(200) NOT NULL,
  scopes       json NOT NULL,
  created_at   datetime(3) NOT NULL,
  last_used_at datetime(3),
  revoked      boolean NOT NULL DEFAULT false,
  FOREIGN KEY (employee_id) REFERENCES hr.employees (id)
)`

/** What stands on the rows: views, functions, procedures and an event that is off. One statement each. */
export const MYSQL_ROUTINES_SQL: readonly string[] = [
  `CREATE VIEW shop.customer_contacts AS
  SELECT id, full_name AS who, email AS mail, phone AS \`call\`, concat(full_name, ' <', email, '>') AS mailbox
    FROM shop.customers`,
  `CREATE VIEW shop.open_orders AS
  SELECT o.id, o.placed_at, o.status, o.total, o.currency, c.full_name, c.email
    FROM shop.orders o JOIN shop.customers c ON c.id = o.customer_id
   WHERE o.status IN ('paid', 'shipped')`,
  `CREATE VIEW hr.directory AS
  SELECT e.id, e.full_name, e.email, d.name AS department, m.full_name AS manager
    FROM hr.employees e JOIN hr.departments d ON d.id = e.department_id LEFT JOIN hr.employees m ON m.id = e.manager_id`,
  `CREATE VIEW shop.revenue_by_month AS
  SELECT date_format(o.placed_at, '%Y-%m-01') AS month, c.country, o.currency, count(*) AS orders, sum(o.total) AS revenue
    FROM shop.orders o JOIN shop.customers c ON c.id = o.customer_id
   WHERE o.status NOT IN ('cart', 'cancelled')
   GROUP BY 1, 2, 3`,
  `CREATE FUNCTION shop.customer_email(customer bigint) RETURNS varchar(190) READS SQL DATA
  COMMENT 'A column of customers by another way'
  RETURN (SELECT email FROM shop.customers WHERE id = customer)`,
  `CREATE FUNCTION shop.order_total(wanted bigint) RETURNS decimal(14,2) READS SQL DATA
  RETURN (SELECT sum(line_total) FROM shop.order_items WHERE order_id = wanted)`,
  `CREATE FUNCTION shop.block_customer(customer bigint) RETURNS int MODIFIES SQL DATA
  COMMENT 'Writes, though it is called by SELECT'
  BEGIN
    UPDATE shop.customers SET status = 'blocked' WHERE id = customer;
    RETURN row_count();
  END`,
  `CREATE PROCEDURE shop.contact_of(IN customer bigint, OUT mail varchar(190)) READS SQL DATA
  COMMENT 'A row as a result, and a protected value as a parameter that comes back'
  BEGIN
    SELECT email INTO mail FROM shop.customers WHERE id = customer;
    SELECT id, full_name, email, phone FROM shop.customers WHERE id = customer;
  END`,
  `CREATE EVENT shop.forget_carts ON SCHEDULE EVERY 1 DAY DISABLE
  COMMENT 'Off, as the whole scheduler is'
  DO DELETE FROM shop.orders WHERE status = 'cart' AND placed_at < now() - INTERVAL 90 DAY`,
  `ANALYZE TABLE shop.customers, shop.orders, shop.order_items, shop.payments`,
]

function partitions(): string {
  return Array.from({ length: MONTHS }, (_, at) => {
    const from = new Date(Date.UTC(FIRST_MONTH.year, FIRST_MONTH.month - 1 + at)).toISOString()
    const until = new Date(Date.UTC(FIRST_MONTH.year, FIRST_MONTH.month + at)).toISOString()
    const name = `orders_${from.slice(0, 7).replace('-', '_')}`
    return `  PARTITION ${name} VALUES LESS THAN ('${until.slice(0, 10)}')`
  }).join(',\n')
}
