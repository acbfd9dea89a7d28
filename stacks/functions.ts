import { http } from "./api";
import { consumers } from "./consumers";
import { rotations } from "./rotation";
import { schedules } from "./schedules";

/** Those that do something for people; the canaries only ask. */
export const functions = [...http, ...consumers, ...schedules, ...rotations];
