import Fuzzing

run(check)
