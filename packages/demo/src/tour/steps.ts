import { aliasAndBinary } from './alias-binary.ts'
import { auditRecords } from './audit-records.ts'
import { auditVerify } from './audit-verify.ts'
import { expression } from './expression.ts'
import { hiddenFile } from './hidden-file.ts'
import { maskedCopy } from './masked-copy.ts'
import { maskedSelect } from './masked-select.ts'
import { refusedDrop } from './refused-drop.ts'
import { refusedUpdate } from './refused-update.ts'
import type { Check, EngineStep, Step, Tour } from './tour.ts'

/** What is shown of each database, in its order. */
export const ENGINE_STEPS: readonly EngineStep[] = [
  maskedSelect,
  aliasAndBinary,
  expression,
  refusedDrop,
  refusedUpdate,
  maskedCopy,
  hiddenFile,
]

/** What tells of all that came before. */
export const LAST_STEPS: readonly Step[] = [auditRecords, auditVerify]

/** Goes through every step, also behind one that failed, and says whether every promise held. */
export async function runTour(
  tour: Tour,
  engineSteps: readonly EngineStep[] = ENGINE_STEPS,
  lastSteps: readonly Step[] = LAST_STEPS,
): Promise<boolean> {
  const { screen, engines } = tour
  const steps: readonly Step[] = [
    ...engines.flatMap((engine) =>
      engineSteps
        .filter(({ only }) => only === undefined || only === engine.engine)
        .map(({ title, run }) => ({
          title: engines.length > 1 ? `${engine.name}: ${title}` : title,
          run: () => run(engine, screen),
        })),
    ),
    ...lastSteps,
  ]
  let allHeld = true
  for (const [at, step] of steps.entries()) {
    screen.heading(`${at + 1}. ${step.title}`)
    for (const check of await checksOf(step, tour)) {
      screen.check(check.promise, check.held)
      allHeld &&= check.held
    }
  }
  return allHeld
}

async function checksOf(step: Step, tour: Tour): Promise<readonly Check[]> {
  try {
    return await step.run(tour)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [{ promise: `this step runs to its end: ${reason}`, held: false }]
  }
}
