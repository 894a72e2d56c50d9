import { aliasAndBinary } from './alias-binary.ts'
import { auditRecords } from './audit-records.ts'
import { auditVerify } from './audit-verify.ts'
import { expression } from './expression.ts'
import { maskedCopy } from './masked-copy.ts'
import { maskedSelect } from './masked-select.ts'
import { refusedDrop } from './refused-drop.ts'
import { refusedUpdate } from './refused-update.ts'
import type { Step, Tour } from './tour.ts'

/** The tour, in its order: the last two steps tell of the others. */
export const STEPS: readonly Step[] = [
  maskedSelect,
  aliasAndBinary,
  expression,
  refusedDrop,
  refusedUpdate,
  maskedCopy,
  auditRecords,
  auditVerify,
]

/** Goes through every step, also behind one that failed, and says whether every promise held. */
export async function runTour(tour: Tour, steps: readonly Step[] = STEPS): Promise<boolean> {
  let allHeld = true
  for (const [at, step] of steps.entries()) {
    tour.screen.heading(`${at + 1}. ${step.title}`)
    try {
      for (const check of await step.run(tour)) {
        tour.screen.check(check.promise, check.held)
        allHeld &&= check.held
      }
    } catch (error) {
      tour.screen.check(`this step runs to its end: ${error instanceof Error ? error.message : String(error)}`, false)
      allHeld = false
    }
  }
  return allHeld
}
