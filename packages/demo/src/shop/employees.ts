import { iban } from './bank.ts'
import { COUNTRIES, type Country } from './countries.ts'
import { US } from './identifiers/world.ts'
import { invent } from './person.ts'
import { randomFor } from './random.ts'
import { date, type Table, type Value } from './table.ts'

/** How many work for the shop. */
export const EMPLOYEES = 240

/** The tables of departments and of those who work in them. */
export function employeeTables(seed: number): readonly Table[] {
  return [
    {
      name: 'hr.departments',
      columns: ['id', 'name', 'cost_centre'],
      rows: () => DEPARTMENTS.map((name, at) => [at + 1, name, `CC-${(at + 1) * 100}`]),
    },
    {
      name: 'hr.employees',
      columns: EMPLOYEE_COLUMNS,
      rows: function* () {
        for (let id = 1; id <= EMPLOYEES; id++) yield employeeRow(seed, id)
      },
    },
  ]
}

function employeeRow(seed: number, id: number): readonly Value[] {
  const random = randomFor(seed, 'employee', id)
  const country = COUNTRIES[random.pick([0, 6, 8, 10, 11, 28, 36])] as Country
  const person = invent(country, random)
  const isLead = id <= DEPARTMENTS.length
  const department = isLead ? id : random.integer(1, DEPARTMENTS.length)
  const kin = invent(country, random)
  // Everyone has a number of the same shape here, because the payroll runs in the United States.
  const ssn = US.make(random, { female: person.female, year: 1980, month: 1, day: 1, given: '', family: '' })
  return [
    id,
    person.fullName,
    `${person.handle}.${id}@shop.example`,
    person.phone,
    ssn ?? '078-05-1120',
    date(person.born),
    department,
    id === 1 ? null : isLead ? 1 : department,
    isLead ? `Head of ${DEPARTMENTS[department - 1]}` : random.pick(TITLES),
    `${random.integer(isLead ? 110 : 32, isLead ? 240 : 120) * 1000 + random.integer(0, 99) * 10}.00`,
    country.currency,
    iban(country, random),
    date(Date.UTC(random.integer(2012, 2025), random.integer(0, 11), random.integer(1, 28))),
    { name: kin.fullName, phone: kin.phone, relation: random.pick(['partner', 'parent', 'friend']) },
    random.chance(0.15) ? `${person.givenName} asked for leave for medical reasons` : null,
  ]
}

const DEPARTMENTS = ['Management', 'Engineering', 'Support', 'Warehouse', 'Finance', 'Marketing', 'Legal', 'People']
const TITLES = ['Specialist', 'Engineer', 'Analyst', 'Coordinator', 'Senior Engineer', 'Team Lead', 'Trainee']
const EMPLOYEE_COLUMNS = [
  'id',
  'full_name',
  'email',
  'phone',
  'ssn',
  'birth_date',
  'department_id',
  'manager_id',
  'title',
  'salary',
  'currency',
  'iban',
  'hired_on',
  'emergency_contact',
  'hr_notes',
]
