/** What Kalends may do with a calendar. It never asks for, nor uses, more (SPEC 1.7). */
export type Permission = "read" | "read-write"
