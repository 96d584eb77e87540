# Sourced from the root: "${checkov[@]}" runs check.py.
source .ci/python-env.sh
python_env checkov .ci/checkov/requirements.txt
checkov=("$python" "$PWD/.ci/checkov/check.py")
