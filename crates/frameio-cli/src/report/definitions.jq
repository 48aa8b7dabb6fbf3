# Filters of jq that the interpreter lacks, or defines differently.

# Ends the run with the input as the error. The exit statuses of the command have meanings of their own.
def halt_error($exit_code): error;
def halt_error: error;

def row_of(cell; $format): if isarray then [.[] | if isarray or isobject
    then error("an array or object cannot be a field of \($format)")
    else if . == null then "" else cell end end]
  else error("\($format) needs an array, not \(type)") end;

def @csv: row_of(if isstring then "\"" + (split("\"") | join("\"\"")) + "\"" else tostring end; "@csv")
  | join(",");
def @tsv: row_of(if isstring then split("\\") | join("\\\\") | split("\t") | join("\\t")
    | split("\n") | join("\\n") | split("\r") | join("\\r") else tostring end; "@tsv")
  | join("\t");
